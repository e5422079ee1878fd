"""Everything that changes a comment. Locks go project first, then task, then comment."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from comments.events import CommentAdded, CommentDeleted, CommentEdited, CommentRestored
from comments.models import Comment
from comments.rights import DELETE_COMMENT, UPDATE_COMMENT
from core.events import publish
from core.rights import Right, require
from projects.services.locks import check_restorable
from tasks.models import Task
from tasks.rights import CREATE_COMMENT
from tasks.services.locks import held_still, locked_task


@transaction.atomic
def add_comment(*, actor: User, task: Task, content: str) -> Comment:
    """Say something about a task that is still there."""
    task = locked_task(CREATE_COMMENT, task, actor)
    comment = Comment.objects.create(
        workspace_id=task.workspace_id, task=task, author=actor, content=content
    )
    publish(CommentAdded(actor=actor, comment=comment))
    return comment


@transaction.atomic
def edit_comment(
    *, actor: User, comment: Comment, content: str, version: int | None = None
) -> Comment:
    """Say it differently; the same words change nothing."""
    comment = _locked(UPDATE_COMMENT, comment, actor, version)
    if changed := comment.change(content=content):
        comment.edited_at = timezone.now()
        comment.save_changes("content", "edited_at")
        publish(CommentEdited(actor=actor, comment=comment, changes=changed))
    return comment


@transaction.atomic
def delete_comment(*, actor: User, comment: Comment, version: int | None = None) -> None:
    """Take the comment out of sight."""
    comment = _locked(DELETE_COMMENT, comment, actor, version)
    comment.deleted_at = timezone.now()
    comment.save_changes("deleted_at")
    publish(CommentDeleted(actor=actor, comment=comment))


@transaction.atomic
def restore_comment(*, actor: User, comment: Comment, version: int | None = None) -> Comment:
    """Bring back what was deleted lately, as it was; what is there stays as it is."""
    comment = _locked(DELETE_COMMENT, comment, actor, version, deleted=True)
    if comment.deleted_at is None:
        return comment
    check_restorable(comment)
    comment.deleted_at = None
    comment.save_changes("deleted_at")
    publish(CommentRestored(actor=actor, comment=comment))
    return comment


def _locked(
    right: Right, comment: Comment, actor: User, version: int | None, *, deleted: bool = False
) -> Comment:
    """The comment under lock, with the actor's right and the version read asked there.

    One that is gone is not found, unless `deleted` ones are wanted as well.
    """
    task = held_still(comment.task)
    comments = Comment.objects.all() if deleted else Comment.objects.alive()
    held: Comment = comments.locked(comment.pk)
    held.task = task
    require(right, held, actor)
    held.check_version(version)
    return held
