"""Putting a project aside, and taking it up again."""

import pytest

from comments.models import Comment
from projects.services.deletion import archive_project
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import project_alone
from tests.support.log import log_of

WORK = [
    ("POST", "/api/projects/{project}/tasks", {"title": "New"}),
    ("PATCH", "/api/tasks/{task}", {"title": "New"}),
    ("PATCH", "/api/tasks/{task}", {"assigneeId": None}),
    ("POST", "/api/tasks/{task}/transition", {"status": "DONE"}),
    ("DELETE", "/api/tasks/{task}", None),
    ("POST", "/api/tasks/{task}/comments", {"message": "Still there?"}),
    ("PATCH", "/api/comments/{comment}", {"message": "Changed"}),
    ("DELETE", "/api/comments/{comment}", None),
]


def test_archive_project_and_take_it_up_again(cast: Cast) -> None:
    pia, path = client_of(cast.pia), f"/api/projects/{cast.project.pk}/archive"
    shown = pia.ask("POST", path)
    cast.project.refresh_from_db()
    assert cast.project.archived_at is not None
    assert shown == {"success": True, "data": project_alone(cast.project, cast.pia)}
    assert pia.ask("DELETE", path)["data"]["archived_at"] is None
    words = [action for action, _, _ in log_of(cast.project)]
    assert words == ["created", "archived", "unarchived"]


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_archiving_twice_changes_nothing(cast: Cast, method: str) -> None:
    path = f"/api/projects/{cast.project.pk}/archive"
    first = client_of(cast.lea).ask(method, path)
    assert client_of(cast.lea).ask(method, path) == first
    assert len(log_of(cast.project)) == (2 if method == "POST" else 1)


@pytest.mark.parametrize(("method", "path", "body"), WORK)
def test_an_archived_project_refuses_work(
    cast: Cast, comment: Comment, method: str, path: str, body: dict[str, str] | None
) -> None:
    archive_project(actor=by(cast.lea), project=cast.project)
    named = {"project": cast.project.pk, "task": comment.task_id, "comment": comment.pk}
    person = cast.max if "comment" in path else cast.lea
    refusal = client_of(person).ask(method, path.format(**named), body, status=409)
    assert refusal == {
        "success": False,
        "message": "The project is archived.",
        "code": "archived",
        "request_id": refusal["request_id"],
    }


def test_an_archived_project_can_still_be_read(cast: Cast, comment: Comment) -> None:
    archive_project(actor=by(cast.lea), project=cast.project)
    moe = client_of(cast.moe)
    assert len(moe.ask("GET", f"/api/projects/{cast.project.pk}/tasks")["data"]) == 1
    assert len(moe.ask("GET", f"/api/tasks/{comment.task_id}/comments")["data"]["items"]) == 1
