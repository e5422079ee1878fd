"""Comments in the admin."""

import pytest

from accounts.models import User
from activity.models import Event
from comments.models import Comment
from comments.services.comments import add_comment
from tasks.models import Task
from tests.admin.desk import Desk, add_page_of, list_of, page_of, told
from tests.support.actors import by
from tests.support.cast import Cast


@pytest.fixture
def comment(cast: Cast, task: Task) -> Comment:
    return add_comment(actor=by(cast.max), task=task, content="With which oil?")


def actions(comment: Comment) -> list[str]:
    events = Event.objects.filter(entity_id=comment.pk).order_by("created_at", "id")
    return [event.action for event in events]


def test_add_comment_speaks_as_the_one_who_writes(desk: Desk, root: User, task: Task) -> None:
    desk.submit(add_page_of(Comment), task=str(task.pk), content="Sperm oil.")

    assert Comment.objects.get().author == root


def test_edit_comment_says_so(desk: Desk, comment: Comment) -> None:
    desk.submit(page_of(comment), content="With what oil?")

    comment.refresh_from_db()
    assert comment.content == "With what oil?"
    assert comment.edited_at is not None
    assert actions(comment) == ["commented", "updated"]


def test_delete_comment_keeps_the_row(desk: Desk, comment: Comment) -> None:
    page = desk.delete_row(comment)

    comment.refresh_from_db()
    assert comment.deleted_at is not None
    assert actions(comment)[-1] == "deleted"
    assert "deleted successfully" in told(page)[0]


def test_delete_comment_of_a_deleted_task_is_refused(desk: Desk, comment: Comment) -> None:
    desk.delete_row(comment.task)

    page = desk.delete_row(comment)

    assert told(page)[-1] == "Not found."
    comment.refresh_from_db()
    assert comment.deleted_at is None


def test_delete_a_comment_and_restore_it(desk: Desk, comment: Comment) -> None:
    desk.delete_row(comment)
    chosen = {"action": "bring_back", "_selected_action": [str(comment.pk)]}

    page = desk.post(f"{list_of(Comment)}?deleted=yes", chosen, follow=True)

    assert told(page)[-1] == "Restored: 1."
    comment.refresh_from_db()
    assert comment.deleted_at is None
    assert actions(comment)[-1] == "restored"
