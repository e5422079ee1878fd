"""Replies to comments, one level deep."""

from comments.models import Comment
from core.errors import Invalid
from tasks.models import Task


class NotFoundOnTask(Invalid, code="invalid"):
    message = "Not found."


class ReplyToReply(Invalid):
    message = "This is a reply itself: reply to the comment it belongs to."


def check_parent(task: Task, parent: Comment) -> None:
    """Refuse to reply to what is deleted, on another task or a reply; the task is locked."""
    alive = Comment.objects.filter(pk=parent.pk, task=task, deleted_at=None)
    if not alive.exists():
        raise NotFoundOnTask(errors={"parent_id": [NotFoundOnTask.message]})
    if parent.parent_id is not None:
        raise ReplyToReply(errors={"parent_id": [ReplyToReply.message]})
