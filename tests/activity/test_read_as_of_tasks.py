"""Tasks as they were: which moments are known, and what is erased or not logged stays unknown."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.services.deletion import delete_person
from activity.api import past
from activity.models import Event
from comments.models import Comment
from comments.services.comments import add_comment
from projects.models import Project
from projects.services.columns import delete_column, update_column
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.deletion import restore_task
from tasks.services.labels import add_label, delete_label
from tasks.services.tasks import create_task, delete_task, update_task
from tasks.services.transfers import transfer_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.past import as_of, clock, task_seen

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def other(cast: Cast) -> Project:
    """Another project that Lea may read and change."""
    project: Project = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    return project


def then(cast: Cast, task: Task, moment: datetime, status: int = 200, **more: str) -> Any:
    path = f"/api/tasks/{task.pk}?{as_of(moment, **more)}"
    return client_of(cast.lea).ask("GET", path, status=status)


def edit(cast: Cast, task: Task, **changes: Any) -> datetime:
    """Edit the task as Lea; returns the time before."""
    moment = clock()
    update_task(actor=by(cast.lea), task=task, changes=changes)
    clock()
    return moment


def test_a_task_of_the_past_has_every_value_it_had(cast: Cast, task: Task) -> None:
    task = update_task(actor=by(cast.lea), task=task, changes={"description": "One. Two. Three."})
    before, moment = task_seen(client_of(cast.lea), task.pk), clock()
    edit(cast, task, title="Oil", description="Two. Three. Four.", assignee=cast.max)
    edit(cast, task, priority="HIGH", status=cast.project.statuses.get(key="DONE"))
    answer = then(cast, task, moment)
    seq = Event.objects.filter(committed_at__lte=moment).latest("seq").seq
    known: dict[str, Any] = {"as_of": moment.isoformat(), "seq": seq, "erased": [], "unknown": []}
    assert (answer["data"], answer["meta"]) == (before, known)
    assert before is not None
    assert before["description_html"] == "<p>One. Two. Three.</p>\n"


@pytest.mark.parametrize(
    "given",
    [
        *("", "x", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31T12:00:00+99:00", "9" * 50),
        *("2026-02-30T12:00:00Z", "0001-01-01T00:00:00+14:00", "2999-01-01T00:00:00Z", "NaN"),
        *("2026-01-31T12:00:00 01:00", "\0", "9999-12-31T23:59:59-14:00", "2026-W05-6"),
    ],
)
def test_what_is_no_moment_of_the_past_is_refused(cast: Cast, task: Task, given: str) -> None:
    for place in (f"tasks/{task.pk}", f"projects/{cast.project.pk}/board"):
        path = f"/api/{place}?as_of={quote(given)}"
        answer = client_of(cast.lea).ask("GET", path, status=400)
        assert answer["errors"].keys() == {"as_of"}


def test_only_reading_knows_as_of(cast: Cast, task: Task) -> None:
    client, asked = client_of(cast.lea), as_of(clock())
    for method, path in [
        *(("PATCH", f"{task.pk}"), ("PUT", f"{task.pk}"), ("DELETE", f"{task.pk}")),
        *(("POST", f"{task.pk}/move"), ("GET", f"{task.pk}/history")),
    ]:
        answer = client.ask(method, f"/api/tasks/{path}?{asked}", {}, status=400)
        assert answer["errors"] == {"as_of": ["Unknown parameter."]}
    answer = client.ask("GET", f"/api/tasks/{task.pk}?{asked}&include=comments", status=400)
    assert answer["errors"] == {"include": ["Not together with as_of."]}


def test_the_past_has_no_tag(cast: Cast, task: Task) -> None:
    client, moment = client_of(cast.lea), clock()
    for place in (f"tasks/{task.pk}", f"projects/{cast.project.pk}/board"):
        tag = client.get(f"/api/{place}").headers["ETag"]
        headers = {"If-None-Match": tag}
        shown = client.get(f"/api/{place}?{as_of(moment)}", headers=headers)
        assert (shown.status_code, "ETag" in shown.headers) == (200, False)


def test_a_task_is_not_there_before_it_is_made_nor_while_it_is_deleted(cast: Cast) -> None:
    early = clock()
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    made = clock()
    delete_task(actor=by(cast.lea), task=task)
    gone = clock()
    then(cast, task, made, status=404)
    restore_task(actor=by(cast.lea), task=task)
    clock()
    assert then(cast, task, early, status=404)["code"] == "not_yet"
    assert then(cast, task, made)["data"]["title"] == "Oil"
    assert then(cast, task, gone, status=404)["code"] == "was_deleted"


def test_a_commit_is_seen_as_a_whole_at_its_time(cast: Cast, task: Task) -> None:
    """Not at the times at which its events were published, however long it took."""
    clock()
    with transaction.atomic():
        update_task(actor=by(cast.lea), task=task, changes={"title": "Oil"})
        between = timezone.now()
        changes = {"priority": "HIGH", "assignee": cast.max}
        update_task(actor=by(cast.lea), task=task, changes=changes)
    clock()
    events = Event.objects.filter(action__in=["updated", "assigned"], committed_at__isnull=False)
    [committed] = {each.committed_at or between for each in events}

    def seen(moment: datetime) -> tuple[str, str, bool]:
        shown = then(cast, task, moment)["data"]
        return shown["title"], shown["priority"], shown["assignee"] is not None

    former = ("Grind the gears", "MEDIUM", False)
    assert seen(committed) == ("Oil", "HIGH", True)
    assert [seen(between), seen(committed - MICROSECOND)] == [former, former]


def test_the_time_of_an_event_leads_to_what_it_left(cast: Cast, task: Task) -> None:
    for title in ("Oil", "Oil it", "Oil it all"):
        edit(cast, task, title=title)
    log = client_of(cast.lea).ask("GET", f"/api/tasks/{task.pk}/activity")["data"]
    path = f"/api/tasks/{task.pk}?"
    asked = [urlencode({"as_of": event["committed_at"]}) for event in log]
    titles = [client_of(cast.lea).ask("GET", path + each)["data"]["title"] for each in asked]
    assert titles == ["Oil it all", "Oil it", "Oil", "Grind the gears"]


def test_what_is_erased_stays_erased(cast: Cast, task: Task) -> None:
    first = edit(cast, task, description="Ada said so.")
    task.refresh_from_db()
    second = clock()
    update_task(actor=by(cast.max), task=task, changes={"description": "Max said so."})
    third = clock()
    assert then(cast, task, second)["data"]["description"] == "Ada said so."
    delete_person(actor=by(cast.max), person=cast.max)
    clock()
    for moment in (first, second):
        answer = then(cast, task, moment)
        assert answer["meta"]["erased"] == ["description", "description_html"]
        assert [answer["data"][name] for name in answer["meta"]["erased"]] == [None, None]
    assert then(cast, task, third)["data"]["description"] == "Max said so."


def test_a_completion_that_nothing_tells_of_is_unknown(cast: Cast, task: Task) -> None:
    """A column means something else: all of its tasks are open again, without an event each."""
    done = cast.project.statuses.get(key="DONE")
    edit(cast, task, status=done)
    moment = clock()
    update_column(actor=by(cast.lea), column=done, changes={"category": "TODO"})
    clock()
    answer = then(cast, task, moment)
    assert answer["meta"]["unknown"] == ["completed_at"]
    assert (answer["data"]["is_complete"], answer["data"]["completed_at"]) == (True, None)


def test_labels_of_too_many_tasks_are_unknown_once_deleted(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.services.labels.MOST_HOLDERS", 1)
    few, many = [add_label(actor=by(cast.lea), project=cast.project, name=n) for n in ("a", "b")]
    create_task(actor=by(cast.lea), project=cast.project, title="Oil", labels=[many])
    edit(cast, task, labels=[few, many])
    moment = clock()
    delete_label(actor=by(cast.lea), label=few)
    delete_label(actor=by(cast.lea), label=many)
    clock()
    answer = then(cast, task, moment)
    assert answer["meta"]["unknown"] == ["labels"]
    assert [label["name"] for label in answer["data"]["labels"]] == ["a"]


def test_a_task_is_shown_in_the_column_that_is_gone(cast: Cast, task: Task) -> None:
    todo, doing = (cast.project.statuses.get(key=key) for key in ("TODO", "IN_PROGRESS"))
    moment = clock()
    delete_column(actor=by(cast.lea), column=todo, move_to=doing)
    edit(cast, task, status=cast.project.statuses.get(key="DONE"))
    shown = then(cast, task, moment)["data"]
    assert (shown["status"], shown["status_id"]) == ("TODO", str(todo.pk))


def test_comments_are_counted_as_they_were(cast: Cast, comment: Comment) -> None:
    moment = clock()
    add_comment(actor=by(cast.max), task=comment.task, content="Off it")
    clock()
    assert then(cast, comment.task, moment)["data"]["comment_count"] == 1


def test_too_much_since_then_says_as_of_when(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "MOST", 3)
    monkeypatch.setattr(past, "MOST_EDITS", 2)
    moments = [edit(cast, task, title=title) for title in "abcde"]
    answer = then(cast, task, moments[0], status=400)
    assert answer["code"] == "too_far_back"
    earliest = datetime.fromisoformat(answer["earliest"])
    assert then(cast, task, earliest)["data"]["title"] == "b"
    then(cast, task, earliest - MICROSECOND, status=400)
    moments = [edit(cast, task, description=text) for text in "abc"]
    assert then(cast, task, moments[1])["data"]["description"] == "a"
    then(cast, task, moments[0], status=400)


def test_reading_the_past_takes_as_many_statements_for_much_as_for_little(
    cast: Cast, task: Task
) -> None:
    client, counts = client_of(cast.lea), set()
    moment = edit(cast, task, title="a", description="b", assignee=cast.max)
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            client.ask("GET", f"/api/tasks/{task.pk}?{as_of(moment)}")
        counts.add(len(queries))
        for text in "bcd":
            edit(cast, task, title=text, description=text, assignee=None)
    assert len(counts) == 1
    assert counts.pop() < 30


def test_a_task_that_was_elsewhere_is_shown_there(cast: Cast, task: Task, other: Project) -> None:
    before, moment = task_seen(client_of(cast.lea), task.pk), clock()
    transfer_task(actor=by(cast.ada), task=task, project=other)
    edit_there = clock()
    assert then(cast, task, moment)["data"] == before
    assert then(cast, task, edit_there)["data"]["key"] == "OTH-1"
