"""Saying it differently."""

import pytest

from comments.models import Comment
from tests.support.cast import Cast, client_of
from tests.support.documents import comment_alone
from tests.support.log import edits_of, log_of


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize("key", ["content", "message"])
def test_edit_comment_changes_the_words(
    cast: Cast, comment: Comment, method: str, key: str
) -> None:
    answer = client_of(cast.max).ask(method, f"/api/comments/{comment.pk}", {key: "Done"})
    comment.refresh_from_db()
    assert (comment.content, comment.version) == ("Done", 2)
    assert comment.edited_at is not None
    assert answer == {"success": True, "data": comment_alone(comment, cast.max)}
    change = {"content": {"old": None, "new": None}}
    assert log_of(comment)[1:] == [("updated", cast.max.pk, change)]
    assert edits_of(comment) == {"content": [[0, "On it", "Done"]]}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_edit_comment_with_the_same_words_changes_nothing(
    cast: Cast, comment: Comment, unchanged: None, method: str
) -> None:
    shown = client_of(cast.max).ask(method, f"/api/comments/{comment.pk}", {"content": "On it"})
    assert shown["data"]["edited_at"] is None


def test_an_admin_edits_and_the_author_stays(cast: Cast, comment: Comment) -> None:
    body = {"content": "Moderated", "author": str(cast.ada.pk), "task_id": str(cast.ada.pk)}
    shown = client_of(cast.ada).ask("PATCH", f"/api/comments/{comment.pk}", body)["data"]
    assert shown["author"]["name"] == "Max"
    assert shown["task_id"] == str(comment.task_id)
    assert log_of(comment)[-1][1] == cast.ada.pk
