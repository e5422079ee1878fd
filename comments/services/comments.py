"""Adding, editing, deleting and restoring comments. Project and task are locked shared."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from comments.events import CommentAdded, CommentDeleted, CommentEdited, CommentRestored
from comments.models import Comment, Mention
from comments.rights import DELETE_COMMENT, UPDATE_COMMENT
from comments.services.revisions import keep_revision
from comments.services.threads import check_parent
from core.actor import Actor
from core.events import publish
from core.markdown import Rendered, html_fields, render
from core.queries import insert
from core.rights import require
from projects.services.locks import check_restorable
from projects.services.mentions import set_mentions
from tasks.models import Task
from tasks.rights import CREATE_COMMENT
from tasks.services.locks import locked_on_task, shared_task


@transaction.atomic
def add_comment(
    *, actor: Actor, task: Task, content: str, parent: Comment | None = None
) -> Comment:
    """Add a comment to a task that is not deleted, or a reply to one of its comments."""
    text = render(content)
    task = shared_task(task)
    require(CREATE_COMMENT, task, actor)
    if parent:
        check_parent(task, parent)
    comment = Comment(
        workspace_id=task.workspace_id,
        task=task,
        author=actor.person,
        parent=parent,
        content=content,
        **html_fields("content", text.html),
    )
    insert(comment)
    mentioned = _mentioned(actor, comment, text)
    publish(CommentAdded(actor=actor, comment=comment, mentioned=mentioned))
    return comment


@transaction.atomic
def edit_comment(
    *, actor: Actor, comment: Comment, content: str, version: int | None = None
) -> Comment:
    """Change the text; the same text changes nothing."""
    text = render(content)
    comment = locked_on_task(UPDATE_COMMENT, comment, actor, version=version)
    former = comment.content
    if changed := comment.change(content=content):
        comment.edited_at = timezone.now()
        html = comment.change(**html_fields("content", text.html))
        comment.save_changes("content", "edited_at", *html)
        keep_revision(actor=actor, comment=comment, former=former)
        mentioned = _mentioned(actor, comment, text)
        publish(CommentEdited(actor=actor, comment=comment, mentioned=mentioned, changes=changed))
    return comment


@transaction.atomic
def delete_comment(*, actor: Actor, comment: Comment, version: int | None = None) -> None:
    """Mark the comment as deleted."""
    comment = locked_on_task(DELETE_COMMENT, comment, actor, version=version)
    comment.deleted_at = timezone.now()
    comment.save_changes("deleted_at")
    publish(CommentDeleted(actor=actor, comment=comment))


@transaction.atomic
def restore_comment(*, actor: Actor, comment: Comment, version: int | None = None) -> Comment:
    """Restore a comment deleted within RESTORE_WINDOW, else NotFound; one not deleted stays."""
    comment = locked_on_task(DELETE_COMMENT, comment, actor, version=version, deleted=True)
    if comment.deleted_at is None:
        return comment
    check_restorable(comment)
    comment.deleted_at = None
    comment.save_changes("deleted_at")
    publish(CommentRestored(actor=actor, comment=comment))
    return comment


def _mentioned(actor: Actor, comment: Comment, text: Rendered) -> list[User]:
    """Keep whom the text of the comment mentions; returns those who are new."""
    return set_mentions(
        Mention,
        actor=actor,
        project=comment.task.project,
        text=text,
        is_new=comment.edited_at is None,
        comment=comment,
    )
