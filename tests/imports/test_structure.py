"""What rows say of each other, and of what is in the project."""

import pytest

from activity.models import Event
from comments.models import Comment
from core.errors import NotFound, Refusal
from jobs.models import JobState
from projects.models import Status
from projects.services.projects import create_project
from tasks.models import Relation, Task
from tests.imports.importing import imported, submitted
from tests.support.actors import by
from tests.support.cast import Cast

pytestmark = pytest.mark.usefixtures("committed_db")

REFUSED = [
    ("id,title,parent\nA,a,B\nB,b,A\n", "1.parent"),
    ("id,title,parent\nA,a,A\n", "1.parent"),
    ("id,title,parent\nA,a,Nobody\n", "1.parent"),
    ("id,title\nA,a\nA,b\n", "2.external_id"),
    ("id,title,parent\n" + "".join(f"T{n},t,{n and f'T{n - 1}'}\n" for n in range(8)), "7.parent"),
    ("id,title,start date,due date\nA,a,2030-02-02,2030-02-01\n", "1.due_date"),
    ("id,title,due date\nA,a,9999-01-01\n", "1.due_date"),
    ("id,title,blocks\nA,a,B\nB,b,C\nC,c,A\n", "1.relations"),
    (f"id,title\nA,{'x' * 256}\n", "1.title"),
    ("id,title\nA,\n", "1.title"),
]


@pytest.mark.parametrize(("text", "field"), REFUSED)
def test_rows_that_cannot_be_tasks_are_refused_and_nothing_is_imported(
    cast: Cast, text: str, field: str
) -> None:
    job = imported(cast.lea, cast.project, text.replace(",0\n", ",\n"))

    assert job.state == JobState.FAILED
    assert job.error is not None
    assert job.error["code"] == "rows_refused"
    assert field in job.error["errors"]
    assert not Task.objects.exists()


def test_a_partial_import_keeps_the_good_rows(cast: Cast) -> None:
    text = "id,title,parent\nA,Good,\nB,,\nC,Part of the bad one,B\nD,Part of the good one,A\n"
    job = imported(cast.lea, cast.project, text, partial=True)

    assert job.result is not None
    assert (job.result["tasks"], job.result["refused"]) == (2, 2)
    assert {flaw["row"] for flaw in job.result["flaws"]} == {2, 3}
    titles = Task.objects.order_by("number").values_list("title", flat=True)
    assert list(titles) == ["Good", "Part of the good one"]


def test_rows_without_ids_are_known_by_their_file(cast: Cast) -> None:
    text = "title\nOne\nTwo\n"
    imported(cast.lea, cast.project, text)
    again = imported(cast.lea, cast.project, text)
    other = imported(cast.lea, cast.project, text + "Three\n")

    assert (again.result or {})["tasks"] == 0
    assert (other.result or {})["tasks"] == 3


def test_relations_are_added_and_told(cast: Cast) -> None:
    text = "id,title,blocks\nA,First,B\nB,Second,\nC,Third,A\n"
    job = imported(cast.lea, cast.project, text)

    assert job.state == JobState.COMPLETED, job.error
    found = Relation.objects.values_list("source__title", "target__title", "kind")
    assert set(found) == {("First", "Second", "BLOCKS"), ("Third", "First", "BLOCKS")}
    blocked = Task.objects.filter(is_blocked=True).values_list("title", flat=True)
    assert set(blocked) == {"First", "Second"}
    assert Event.objects.filter(action="related", origin="import").count() == 4


def test_later_files_may_name_what_was_imported_before(cast: Cast) -> None:
    imported(cast.lea, cast.project, "id,title,blocks\nA,First,B\nB,Second,\n")
    text = "id,title,parent,blocks\nC,Part,A,A\nD,Round,,\nB,Second,,\n"
    job = imported(cast.lea, cast.project, text)

    assert job.state == JobState.COMPLETED, job.error
    part = Task.objects.get(title="Part")
    assert part.parent is not None
    assert part.parent.title == "First"
    assert Relation.objects.filter(source=part, target__title="First").exists()


def test_statuses_become_the_chosen_columns(cast: Cast) -> None:
    text = "id,title,status\nA,a,Parked\nB,b,Limbo\nC,c,Done\n"
    columns = {"parked": "new", "Limbo": "IN_PROGRESS"}
    job = imported(cast.lea, cast.project, text, columns=columns)

    assert job.state == JobState.COMPLETED, job.error
    assert Task.objects.get(title="a").status.name == "Parked"
    assert Task.objects.get(title="b").status.key == "IN_PROGRESS"
    assert Status.objects.filter(project=cast.project, name="Parked").count() == 1


@pytest.mark.parametrize("columns", [{"x": "nowhere"}, {"x": "new"}])
def test_columns_must_exist_or_may_be_added(cast: Cast, columns: dict[str, str]) -> None:
    with pytest.raises(Refusal):
        submitted(cast.moe, cast.project, "title\na\n", columns=columns)


def test_projects_and_files_of_others_are_not_found(cast: Cast) -> None:
    theirs = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Theirs")
    with pytest.raises(NotFound):
        submitted(cast.lea, cast.project, "title\na\n", project_id=str(theirs.pk))
    job = submitted(cast.lea, cast.project, "title\na\n", dry_run=True)
    with pytest.raises(NotFound):
        submitted(cast.max, cast.project, "title\na\n", file_id=job.payload["file_id"])


def test_people_are_matched_by_the_given_addresses(cast: Cast) -> None:
    text = "id,title,assignee\nA,a,Maximilian\nB,b,gus@example.com\n"
    job = imported(cast.lea, cast.project, text, people={"maximilian": "MAX@example.com"})

    assert Task.objects.get(title="a").assignee == cast.max
    assert Task.objects.get(title="b").assignee is None
    assert (job.result or {})["unknown_people"] == ["gus@example.com"]


def test_comments_and_files_of_the_source(cast: Cast) -> None:
    text = (
        "Issue key,Issue id,Summary,Status,Comment,Comment,Attachment\n"
        'J-1,1,Fix it,Done,"22/Nov/25 3:04 PM;max@example.com;Done so","22/Nov/25 4:04 PM;eve;No"'
        ',"22/Nov/25 3:04 PM;max;a.png;https://jira.example.com/a.png"\n'
    )
    job = imported(cast.lea, cast.project, text, source="jira")

    assert job.state == JobState.COMPLETED, job.error
    first, second = Comment.objects.order_by("created_at")
    assert (first.author, first.content, first.created_at.year) == (cast.max, "Done so", 2025)
    assert second.author == cast.lea
    assert second.content == "eve on 2025-11-22:\n\nNo"
    assert "[a.png](<https://jira.example.com/a.png>)" in Task.objects.get().description
    told = Event.objects.filter(entity="comment", origin="import")
    assert told.count() == 2
