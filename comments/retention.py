"""What becomes of comments that can no longer be restored."""

from collections.abc import Sequence

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Now

from comments.events import CommentPurged
from comments.models import Comment
from core.context import as_system
from core.models import PURGED_AFTER
from core.retention import deletes_contents_of, purge_batch, retained
from tasks.models import Task


@retained("texts of deleted comments", PURGED_AFTER, at_once=500)
@as_system("purging deleted comments")
def purge_comments(at_most: int) -> int:
    old = Comment.objects.filter(deleted_at__lt=Now() - PURGED_AFTER)
    return purge_batch(
        old,
        "content",
        at_most=at_most,
        event=lambda comment: CommentPurged(actor=None, comment=comment),
    )


@deletes_contents_of(Task)
def delete_comments_on(tasks: Sequence[Task], at_most: int) -> int:
    """Have comments on tasks that can no longer be restored purged in their turn."""
    alive = Comment.objects.alive().filter(task__in=[task.pk for task in tasks])
    keys = list(alive.values_list("pk", flat=True)[:at_most])
    since = Task.objects.filter(pk=OuterRef("task_id")).values("deleted_at")
    return Comment.objects.filter(pk__in=keys).update(
        deleted_at=Subquery(since), version=F("version") + 1, updated_at=Now()
    )
