"""Taking a comment out of sight."""

from comments.models import Comment
from comments.services.comments import add_comment
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once


def test_delete_comment_takes_it_out_of_sight(cast: Cast, comment: Comment) -> None:
    max_, path = client_of(cast.max), f"/api/comments/{comment.pk}"
    assert max_.ask("DELETE", path, status=204) is None
    for method in ("GET", "PATCH", "DELETE"):
        assert max_.ask(method, path, {"content": "x"}, status=404)["code"] == "not_found"
    listed = max_.ask("GET", f"/api/tasks/{comment.task_id}/comments")
    assert listed["data"] == {"items": [], "nextCursor": None}
    assert max_.ask("GET", f"/api/tasks/{comment.task_id}")["data"]["comment_count"] == 0
    assert Comment.objects.get().content == "On it"
    assert log_of(comment)[1:] == [("deleted", cast.max.pk, {})]


def test_comments_go_with_their_task(cast: Cast, comment: Comment) -> None:
    client_of(cast.lea).ask("DELETE", f"/api/tasks/{comment.task_id}", status=204)
    max_, path = client_of(cast.max), f"/api/comments/{comment.pk}"
    for method in ("GET", "PATCH", "DELETE"):
        assert max_.ask(method, path, {"content": "x"}, status=404)["code"] == "not_found"


def test_an_edit_never_reaches_a_comment_being_deleted(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    comment = add_comment(actor=by(cast.max), task=task, content="On it")
    path = f"/api/comments/{comment.pk}"
    lea, ada, editor = client_of(cast.lea), client_of(cast.ada), client_of(cast.max)
    *deleted, edited = at_once(
        lambda: lea.delete(path).status_code,
        lambda: ada.delete(path).status_code,
        lambda: editor.patch(path, {"content": "Done"}, format="json").status_code,
    )
    assert sorted(deleted) == [204, 404]
    assert edited in (200, 404)
    assert log_of(comment)[-1][0] == "deleted"
    assert len(log_of(comment)) == 2 + (edited == 200)
