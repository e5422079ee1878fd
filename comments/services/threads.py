"""Replies to comments, one level deep, and whatever else belongs to a comment of a task."""

from comments.models import Comment
from core.errors import Invalid
from tasks.models import Task


class NotFoundOnTask(Invalid, code="invalid"):
    message = "Not found."


class ReplyToReply(Invalid):
    message = "This is a reply itself: reply to the comment it belongs to."


def check_on_task(task: Task, comment: Comment, *, field: str) -> None:
    """Refuse a comment that is deleted, or on another task than this locked one.

    `field` is that of the input which names the comment.
    """
    if not Comment.objects.alive().filter(pk=comment.pk, task=task).exists():
        raise NotFoundOnTask(errors={field: [NotFoundOnTask.message]})


def check_parent(task: Task, parent: Comment) -> None:
    """Refuse to reply to what is deleted, on another task or a reply; the task is locked."""
    check_on_task(task, parent, field="parent_id")
    if parent.parent_id is not None:
        raise ReplyToReply(errors={"parent_id": [ReplyToReply.message]})
