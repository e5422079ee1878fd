"""Locking a comment after its project and task, then checking again what may have changed."""

from comments.models import Comment
from core.actor import Actor
from core.rights import Right, require
from tasks.services.locks import shared_task


def locked_comment(
    right: Right,
    comment: Comment,
    actor: Actor,
    *,
    version: int | None = None,
    deleted: bool = False,
) -> Comment:
    """Lock the comment; refuse if the right is lacking or the version has changed.

    NotFound if it is deleted, unless `deleted` is True.
    """
    task = shared_task(comment.task)
    locked: Comment = Comment.objects.locked(comment.pk, alive=not deleted)
    locked.task = task
    require(right, locked, actor)
    locked.check_version(version)
    return locked
