"""What was said about a task."""

import pytest

from comments.models import Comment
from comments.services.comments import add_comment, delete_comment
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import comment_alone, comment_document


@pytest.fixture
def said(cast: Cast, comment: Comment) -> list[Comment]:
    """Three remarks, beside a deleted one and one on another task."""
    task = comment.task
    other = create_task(actor=by(cast.lea), project=cast.project, title="Other")
    add_comment(actor=by(cast.moe), task=other, content="Elsewhere")
    delete_comment(
        actor=by(cast.ada), comment=add_comment(actor=by(cast.ada), task=task, content="Gone")
    )
    return [
        comment,
        *(add_comment(actor=by(cast.moe), task=task, content=c) for c in ("Good", "Now?")),
    ]


def test_list_comments_shows_the_oldest_first(cast: Cast, said: list[Comment]) -> None:
    answer = client_of(cast.moe).ask("GET", f"/api/tasks/{said[0].task_id}/comments")
    items = [comment_document(comment, cast.moe) for comment in said]
    assert answer == {"success": True, "data": {"items": items, "nextCursor": None}}
    assert items[0].keys() >= {"content", "createdAt", "user"}


def test_list_comments_page_by_page(cast: Cast, said: list[Comment]) -> None:
    moe, path = client_of(cast.moe), f"/api/tasks/{said[0].task_id}/comments"
    first = moe.ask("GET", f"{path}?limit=2")["data"]
    assert first["items"] == [comment_document(comment, cast.moe) for comment in said[:2]]
    second = moe.ask("GET", f"{path}?limit=2&cursor={first['nextCursor']}")["data"]
    assert second == {"items": [comment_document(said[2], cast.moe)], "nextCursor": None}


def test_the_second_spelling_is_a_plain_list(cast: Cast, said: list[Comment]) -> None:
    answer = client_of(cast.moe).ask("GET", f"/api/comments/task/{said[0].task_id}/comments")
    assert answer == {
        "success": True,
        "data": [comment_document(comment, cast.moe) for comment in said],
        "meta": {"next_cursor": None},
    }


def test_a_listed_comment_is_the_one_shown_alone(cast: Cast, comment: Comment) -> None:
    shown = client_of(cast.moe).ask("GET", f"/api/comments/{comment.pk}")
    assert shown == {"success": True, "data": comment_alone(comment, cast.moe)}
