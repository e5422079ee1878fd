"""Versions over HTTP: who edits on an old reading is told so."""

from typing import Any

import pytest

from comments.models import Comment
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.invariants import faults
from tests.support.threads import times

VERSIONED = [
    ("ada", "/api/workspaces/{workspace}", "name"),
    ("lea", "/api/projects/{project}", "name"),
    ("lea", "/api/tasks/{task}", "title"),
    ("max", "/api/comments/{comment}", "content"),
]
each = pytest.mark.parametrize(("who", "path", "field"), VERSIONED)
DELETABLE = VERSIONED[1:]


@pytest.fixture
def ids(cast: Cast, comment: Comment) -> dict[str, object]:
    return {
        "workspace": cast.workspace.pk,
        "project": cast.project.pk,
        "task": comment.task_id,
        "comment": comment.pk,
    }


@each
def test_a_version_is_shown_and_counts_up(
    cast: Cast, ids: dict[str, object], who: str, path: str, field: str
) -> None:
    client, path = client_of(getattr(cast, who)), path.format(**ids)
    assert client.get(path)["ETag"] == '"1"'
    for given, shown in (('"1"', '"2"'), ('W/"2"', '"3"'), ("*", '"4"')):
        body = {field: f"Version {shown}"}
        answer = client.patch(path, body, format="json", headers={"If-Match": given})
        assert (answer.status_code, answer["ETag"]) == (200, shown)
    assert client.get(path)["ETag"] == '"4"'


@each
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_stale_edit_answers_the_current_object(
    cast: Cast, ids: dict[str, object], who: str, path: str, field: str, method: str
) -> None:
    client, path = client_of(getattr(cast, who)), path.format(**ids)
    client.ask("PATCH", path, {field: "First"})
    stale: dict[str, Any] = {"If-Match": '"1"'}
    refusal = client.ask(method, path, {field: "Second"}, status=412, **stale)
    assert refusal == {
        "success": False,
        "message": "The object has changed since you read it.",
        "code": "stale",
        "request_id": refusal["request_id"],
        "data": client.ask("GET", path)["data"],
    }
    assert refusal["data"][field] == "First"


@pytest.mark.parametrize(("who", "path", "field"), DELETABLE)
def test_a_stale_delete_is_refused(
    cast: Cast, ids: dict[str, object], who: str, path: str, field: str
) -> None:
    client, path = client_of(getattr(cast, who)), path.format(**ids)
    client.ask("PATCH", path, {field: "First"})
    refusal = client.ask("DELETE", path, status=412, **{"If-Match": '"1"'})
    assert refusal["data"] == client.ask("GET", path)["data"]
    client.ask("DELETE", path, status=204, **{"If-Match": '"2"'})


STALE: dict[str, Any] = {"If-Match": '"1"'}
OPERATIONS: list[tuple[str, str, Any]] = [
    ("PUT", "/lead", {"team_lead": "max@example.com"}),
    ("POST", "/archive", None),
    ("DELETE", "/archive", None),
    ("POST", "/restore", None),
]


@pytest.mark.parametrize(("method", "path", "body"), OPERATIONS)
def test_a_stale_operation_on_a_project_is_refused(
    cast: Cast, method: str, path: str, body: Any
) -> None:
    lea, here = client_of(cast.lea), f"/api/projects/{cast.project.pk}"
    lea.ask("PATCH", here, {"name": "Renamed"})
    refusal = lea.ask(method, here + path, body, status=412, **STALE)
    assert refusal["data"] == lea.ask("GET", here)["data"]
    fresh: dict[str, Any] = {"If-Match": '"2"'}
    lea.ask(method, here + path, body, **fresh)


def test_a_stale_operation_on_a_member_is_refused(cast: Cast) -> None:
    lea, here = client_of(cast.lea), f"/api/projects/{cast.project.pk}"
    member = f"{here}/members/{cast.max.pk}"
    assert lea.put(member, {"role": "VIEWER"}, format="json")["ETag"] == '"2"'
    for method, path, body in (
        ("PUT", member, {"role": "MEMBER"}),
        ("PUT", f"{here}/role", {"userId": str(cast.max.pk), "role": "LEAD"}),
        ("DELETE", member, None),
    ):
        refusal = lea.ask(method, path, body, status=412, **STALE)
        assert (refusal["data"]["role"], refusal["data"]["version"]) == ("VIEWER", 2)
    lea.ask("DELETE", member, status=204, **{"If-Match": '"2"'})


def test_a_stale_transition_is_refused(cast: Cast, ids: dict[str, object]) -> None:
    client, path = client_of(cast.moe), f"/api/tasks/{ids['task']}/transition"
    stale: dict[str, Any] = {"If-Match": '"1"'}
    client.ask("POST", path, {"status": "DONE"}, **stale)
    refusal = client.ask("POST", path, {"status": "TODO"}, status=412, **stale)
    assert refusal["data"]["status"] == "DONE"


@each
def test_an_unreadable_version_is_refused(
    cast: Cast, ids: dict[str, object], unchanged: None, who: str, path: str, field: str
) -> None:
    client = client_of(getattr(cast, who))
    for garbage in ("1x", '"-1"', '"1", "2"', '"99999999999"', '"\xb2"', '"a"', '"'):
        stale = {"If-Match": garbage}
        answer = client.patch(path.format(**ids), {field: "x"}, format="json", headers=stale)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
        assert list(answer.json()["errors"]) == ["If-Match"]


def test_of_twenty_changes_of_one_version_one_wins(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    first, task = (create_task(actor=by(cast.lea), project=cast.project, title=t) for t in "ab")
    clients = [client_of(cast.lea) for _ in range(20)]
    path, seen = f"/api/tasks/{task.pk}", {"If-Match": '"1"'}

    def change(n: int) -> int:
        method, place, body = [
            ("patch", path, {"title": f"Edit {n}"}),
            ("post", f"{path}/transition", {"status": "DONE"}),
            ("post", f"{path}/move", {"before": str(first.pk)}),
        ][n % 3]
        send = getattr(clients[n], method)
        return int(send(place, body, format="json", headers=seen).status_code)

    assert sorted(times(20, change)) == [200, *[412] * 19]
    task.refresh_from_db()
    assert task.version == 2
    assert faults() == {}
