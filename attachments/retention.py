"""Purging attachments that can no longer be restored, and ending uploads nobody completed.

Their files are removed later, by a worker: a transaction may be rolled back, and a file is gone.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models.functions import Now

from attachments.events import AttachmentPurged
from attachments.models import Attachment, State
from attachments.services.removal import end_uploads
from core.context import as_system
from core.models import PURGED_AFTER
from core.retention import (
    PURGE,
    delete_contents,
    deletes_contents_of,
    lock_batch,
    purge_batch,
    retained,
)
from tasks.models import Task

UNFINISHED_FOR = timedelta(hours=24)


@retained("files of deleted attachments", PURGED_AFTER, at_once=500)
@as_system("purging deleted attachments")
def purge_attachments(at_most: int) -> int:
    return purge_batch(
        Attachment,
        "file_name",
        "sha256",
        "content_type",
        "claimed_type",
        at_most=at_most,
        event=lambda attachment: AttachmentPurged(actor=PURGE, attachment=attachment),
    )


@retained("unfinished uploads", UNFINISHED_FOR)
@as_system("ending unfinished uploads")
def end_unfinished_uploads(at_most: int) -> int:
    begun = Attachment.objects.filter(state=State.PENDING, purged_at=None)
    old = begun.filter(created_at__lt=Now() - UNFINISHED_FOR).order_by("created_at")
    keys = list(lock_batch(old, at_most).values_list("pk", flat=True))
    if keys:
        end_uploads(keys)
    return len(keys)


@deletes_contents_of(Task)
def delete_attachments_on(tasks: Sequence[Task], at_most: int) -> int:
    """Mark the attachments of tasks to be purged as deleted; they are purged later."""
    return delete_contents(Attachment, "task", tasks, at_most)
