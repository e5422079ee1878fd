"""`?merge=1`: edits of an older version are applied, unless they set what others have changed."""

from typing import Any

import pytest
from django.db.models import F

from activity.models import Event, TextChange
from comments.models import Comment
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import times

READ: dict[str, Any] = {"If-Match": '"1"'}


@pytest.fixture
def lea(cast: Cast) -> Client:
    return client_of(cast.lea)


@pytest.fixture
def path(task: Task) -> str:
    return f"/api/tasks/{task.pk}"


EDITS = [
    ("ada", "/api/workspaces/{workspace}", {"name": "Mine"}, {"image_url": "https://x.example/i"}),
    ("lea", "/api/projects/{project}", {"name": "Mine"}, {"end_date": "2027-01-31"}),
    ("lea", "/api/tasks/{task}", {"description": "Mine"}, {"priority": "HIGH", "status": "DONE"}),
    (
        "ada",
        "/api/workspaces/{workspace}/settings",
        {"time_zone": "Europe/Berlin"},
        {"week_starts_on": "SUNDAY"},
    ),
]


@pytest.mark.parametrize(("who", "path", "theirs", "mine"), EDITS)
def test_changes_of_other_fields_are_merged(
    cast: Cast, task: Task, who: str, path: str, theirs: Any, mine: Any
) -> None:
    ids = {"workspace": cast.workspace.pk, "project": cast.project.pk, "task": task.pk}
    client, path = client_of(getattr(cast, who)), path.format(**ids)
    client.ask("PATCH", path, theirs)
    client.ask("PUT", path, mine, status=412, **READ)
    client.ask("PATCH", f"{path}?merge=0", mine, status=412, **READ)
    answer = client.put(f"{path}?merge=1", mine, format="json", headers=READ)
    assert (answer.status_code, answer["ETag"]) == (200, '"3"')
    shown = client.ask("GET", path)["data"]
    assert {name: shown[name] for name in (theirs | mine)} == theirs | mine


def test_a_conflict_tells_base_current_and_yours(cast: Cast, lea: Client, path: str) -> None:
    lea.ask("PATCH", path, {"title": "Between", "priority": "LOW"})
    lea.ask("PATCH", path, {"title": "Theirs", "assigneeId": str(cast.max.pk)})
    mine = {"title": "Mine", "assigneeId": str(cast.lea.pk), "type": "BUG"}
    refusal = lea.ask("PATCH", f"{path}?merge=1", mine, status=412, **READ)
    assert refusal["code"] == "stale"
    assert refusal["data"] == lea.ask("GET", path)["data"]
    assert refusal["conflicts"] == {
        "title": {"base": "Grind the gears", "current": "Theirs", "yours": "Mine"},
        "assignee_id": {"base": None, "current": cast.max.public_id, "yours": str(cast.lea.pk)},
    }


def test_the_base_of_a_long_text_is_told(cast: Cast, comment: Comment) -> None:
    client, path = client_of(cast.max), f"/api/comments/{comment.pk}"
    base, mine = comment.content, {"content": "Mine"}
    for theirs in ("First, then second.", "First, then third."):
        client.ask("PATCH", path, {"content": theirs})
    refusal = client.ask("PATCH", f"{path}?merge=1", mine, status=412, **READ)
    assert refusal["conflicts"] == {
        "content": {"base": base, "current": "First, then third.", "yours": "Mine"}
    }
    TextChange.objects.update(edits=None)
    refusal = client.ask("PATCH", f"{path}?merge=1", mine, status=412, **READ)
    assert refusal["conflicts"]["content"]["base"] is None


def test_the_same_change_twice_and_one_taken_back_are_no_conflict(lea: Client, path: str) -> None:
    lea.ask("PATCH", path, {"title": "Same", "type": "BUG", "due_date": "2027-01-31"})
    lea.ask("PATCH", path, {"type": "FEATURE"})
    mine = {"title": "Same", "type": "BUG", "due_date": "2027-01-31T10:00:00"}
    assert lea.ask("GET", path)["data"]["type"] == "FEATURE"
    refusal = lea.ask("PATCH", f"{path}?merge=1", mine, status=412, **READ)
    assert [*refusal["conflicts"]] == ["type"]
    lea.ask("PATCH", path, {"type": "TASK"})
    assert lea.ask("PATCH", f"{path}?merge=1", mine, **READ)["data"]["version"] == 5


def test_is_complete_and_status_are_one_field(lea: Client, path: str) -> None:
    lea.ask("POST", f"{path}/transition", {"status": "IN_PROGRESS"})
    refusal = lea.ask("PATCH", f"{path}?merge=1", {"is_complete": True}, status=412, **READ)
    assert refusal["conflicts"] == {
        "is_complete": {"base": "TODO", "current": "IN_PROGRESS", "yours": True}
    }


def test_changes_the_log_does_not_cover_are_not_merged(lea: Client, path: str, task: Task) -> None:
    lea.ask("PATCH", path, {"title": "Theirs"})
    Task.objects.update(version=F("version") + 1)
    refusal = lea.ask("PATCH", f"{path}?merge=1", {"type": "BUG"}, status=412, **READ)
    assert "conflicts" not in refusal
    seen: dict[str, Any] = {"If-Match": '"3"'}
    lea.ask("PATCH", path, {"title": "Known again"}, **seen)
    assert lea.ask("PATCH", f"{path}?merge=1", {"type": "BUG"}, **seen)["data"]["version"] == 5
    ahead: dict[str, Any] = {"If-Match": '"99"'}
    assert "conflicts" not in lea.ask("PATCH", f"{path}?merge=1", {}, status=412, **ahead)


def test_a_deletion_and_its_end_are_not_merged(lea: Client, path: str) -> None:
    lea.ask("DELETE", path, status=204)
    lea.ask("POST", f"{path}/restore")
    refusal = lea.ask("PATCH", f"{path}?merge=1", {"type": "BUG"}, status=412, **READ)
    assert "conflicts" not in refusal


@pytest.mark.parametrize("tag", ["*", ""])
def test_without_a_version_there_is_nothing_to_merge(lea: Client, path: str, tag: str) -> None:
    lea.ask("PATCH", path, {"title": "Theirs"})
    headers: dict[str, Any] = {"If-Match": tag}
    lea.ask("PATCH", f"{path}?merge=1", {"title": "Mine"}, **headers)
    assert lea.ask("GET", path)["data"]["title"] == "Mine"


def test_only_edits_know_the_parameter(lea: Client, path: str, unchanged: None) -> None:
    for method, asked in (("DELETE", path), ("POST", f"{path}/restore"), ("GET", path)):
        refusal = lea.ask(method, f"{asked}?merge=1", status=400)
        assert refusal["errors"] == {"merge": ["Unknown parameter."]}
    lea.ask("PATCH", f"{path}?merge=yes", {"title": "Mine"}, status=400, **READ)


def test_a_merge_can_be_tried(lea: Client, path: str, task: Task) -> None:
    lea.ask("PATCH", path, {"title": "Theirs"})
    told = lea.ask("PATCH", f"{path}?merge=1&dry_run=1", {"type": "BUG"}, **READ)
    assert (told["data"]["title"], told["data"]["type"]) == ("Theirs", "BUG")
    assert Event.objects.filter(entity_id=task.pk).count() == 2
    assert lea.ask("GET", path)["data"]["version"] == 2


FIELDS = [{"title": "A"}, {"type": "BUG"}, {"priority": "HIGH"}, {"description": "B"}]


def test_of_edits_at_once_those_of_other_fields_are_merged(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    clients = [client_of(cast.lea) for _ in range(8)]

    def edit(n: int) -> int:
        [(field, value)] = FIELDS[n % 4].items()
        body = {field: value if n < 4 else {"title": "Z", "type": "FEATURE"}.get(field, "LOW")}
        path = f"/api/tasks/{task.pk}?merge=1"
        return clients[n].patch(path, body, format="json", headers=READ).status_code

    answers = times(8, edit)
    assert sorted(answers) == [*[200] * 4, *[412] * 4]
    assert all(answers[n] != answers[n + 4] for n in range(4))
    task.refresh_from_db()
    assert task.version == 5


def test_what_is_made_of_a_field_conflicts_too(lea: Client, path: str) -> None:
    due = {"due_date": "2027-01-31"}
    lea.ask("PATCH", path, {**due, "recurrence": {"every": 2, "unit": "WEEK"}})
    mine = {"recurrence": {"every": 3, "unit": "WEEK"}, "labels": []}
    refusal = lea.ask("PATCH", f"{path}?merge=1", mine, status=412, **READ)
    assert refusal["conflicts"] == {"repeat_every": {"base": None, "current": 2, "yours": 3}}


def test_a_value_that_is_neither_is_refused(lea: Client, path: str) -> None:
    refusal = lea.ask("PATCH", f"{path}?merge=perhaps", {"title": "Oil"}, status=400)
    assert list(refusal["errors"]) == ["merge"]
