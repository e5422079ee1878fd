"""What becomes of comments that can no longer be restored."""

from django.db.models.functions import Now

from comments.events import CommentPurged
from comments.models import Comment
from core.context import as_system
from core.events import publish_all
from core.retention import purge_batch, retained
from projects.models import RESTORE_WINDOW


@retained("texts of deleted comments", RESTORE_WINDOW, at_once=500)
@as_system("purging deleted comments")
def purge_comments(at_most: int) -> int:
    old = Comment.objects.filter(deleted_at__lt=Now() - RESTORE_WINDOW)
    comments = purge_batch(old, "content", at_most=at_most)
    publish_all([CommentPurged(actor=None, comment=comment) for comment in comments])
    return len(comments)
