"""Everything that changes a comment. Locks go task first, then comment."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from comments.events import CommentAdded, CommentDeleted, CommentEdited
from comments.models import Comment
from core.errors import NotFound
from core.events import publish
from projects.services import check_open
from tasks.models import Task


@transaction.atomic
def add_comment(*, actor: User, task: Task, content: str) -> Comment:
    """Say something about a task that is still there."""
    task = _locked(task)
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
    _locked(comment.task)
    comment = Comment.objects.alive().locked(comment.pk)
    comment.check_version(version)
    if changed := comment.change(content=content):
        comment.edited_at = timezone.now()
        comment.save_changes("content", "edited_at")
        publish(CommentEdited(actor=actor, comment=comment, changes=changed))
    return comment


@transaction.atomic
def delete_comment(*, actor: User, comment: Comment, version: int | None = None) -> None:
    """Take the comment out of sight."""
    _locked(comment.task)
    comment = Comment.objects.alive().locked(comment.pk)
    comment.check_version(version)
    comment.deleted_at = timezone.now()
    comment.save_changes("deleted_at")
    publish(CommentDeleted(actor=actor, comment=comment))


def _locked(task: Task) -> Task:
    """The task, held still while something is said about it."""
    held: Task | None = (
        Task.objects.alive()
        .select_related("project")
        .select_for_update(no_key=True, of=("self",))
        .filter(pk=task.pk)
        .first()
    )
    if held is None:
        raise NotFound
    check_open(held.project)
    return held
