"""Adding, editing, deleting and restoring comments. Project and task are locked shared."""

from django.db import transaction
from django.utils import timezone

from comments.events import CommentAdded, CommentDeleted, CommentEdited, CommentRestored
from comments.models import Comment
from comments.rights import DELETE_COMMENT, UPDATE_COMMENT
from core.actor import Actor
from core.events import publish
from core.queries import insert
from core.rights import Right, require
from projects.services.locks import check_restorable
from tasks.models import Task
from tasks.rights import CREATE_COMMENT
from tasks.services.locks import shared_task


@transaction.atomic
def add_comment(*, actor: Actor, task: Task, content: str) -> Comment:
    """Add a comment to a task that is not deleted."""
    task = shared_task(task)
    require(CREATE_COMMENT, task, actor)
    comment = Comment(
        workspace_id=task.workspace_id, task=task, author=actor.person, content=content
    )
    insert(comment)
    publish(CommentAdded(actor=actor, comment=comment))
    return comment


@transaction.atomic
def edit_comment(
    *, actor: Actor, comment: Comment, content: str, version: int | None = None
) -> Comment:
    """Change the text; the same text changes nothing."""
    comment = _locked(UPDATE_COMMENT, comment, actor, version)
    if changed := comment.change(content=content):
        comment.edited_at = timezone.now()
        comment.save_changes("content", "edited_at")
        publish(CommentEdited(actor=actor, comment=comment, changes=changed))
    return comment


@transaction.atomic
def delete_comment(*, actor: Actor, comment: Comment, version: int | None = None) -> None:
    """Mark the comment as deleted."""
    comment = _locked(DELETE_COMMENT, comment, actor, version)
    comment.deleted_at = timezone.now()
    comment.save_changes("deleted_at")
    publish(CommentDeleted(actor=actor, comment=comment))


@transaction.atomic
def restore_comment(*, actor: Actor, comment: Comment, version: int | None = None) -> Comment:
    """Restore a comment deleted within RESTORE_WINDOW, else NotFound; one not deleted stays."""
    comment = _locked(DELETE_COMMENT, comment, actor, version, deleted=True)
    if comment.deleted_at is None:
        return comment
    check_restorable(comment)
    comment.deleted_at = None
    comment.save_changes("deleted_at")
    publish(CommentRestored(actor=actor, comment=comment))
    return comment


def _locked(
    right: Right, comment: Comment, actor: Actor, version: int | None, *, deleted: bool = False
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
