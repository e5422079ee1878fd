"""Purging comments that can no longer be restored."""

from collections.abc import Sequence

from comments.events import CommentPurged
from comments.models import Comment
from core.context import as_system
from core.models import PURGED_AFTER
from core.retention import PURGE, delete_contents, deletes_contents_of, purge_batch, retained
from tasks.models import Task


@retained("texts of deleted comments", PURGED_AFTER, at_once=500)
@as_system("purging deleted comments")
def purge_comments(at_most: int) -> int:
    return purge_batch(
        Comment,
        "content",
        "content_html",
        at_most=at_most,
        event=lambda comment: CommentPurged(actor=PURGE, comment=comment),
    )


@deletes_contents_of(Task)
def delete_comments_on(tasks: Sequence[Task], at_most: int) -> int:
    """Mark the comments on tasks to be purged as deleted; they are purged later."""
    return delete_contents(Comment, "task", tasks, at_most)
