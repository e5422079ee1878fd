"""How much a workspace may store, and how many files a task may have."""

from uuid import UUID

from django.conf import settings
from django.db.models import F

from attachments.models import Attachment, StoredBytes
from core.errors import Conflict, NotFound
from core.queries import insert, update
from tasks.models import Task

MOST_ON_TASK = 100


class StorageFull(Conflict):
    message = "The workspace has no room left for this file."


class TooManyAttachments(Conflict):
    message = f"A task has at most {MOST_ON_TASK} attachments."


def take_room(task: Task, size: int) -> None:
    """Count the bytes of a file that is added; refuse it if there is no room."""
    _add(check_number(task), size)


def take_room_beside_tasks(workspace_id: UUID, size: int) -> None:
    """The same for a file that is on no task; the lock holds until the transaction ends."""
    _add(_locked(workspace_id), size)


def check_room(workspace_id: UUID, size: int) -> None:
    """As `take_room` will, but without a lock: before a file is stored in vain."""
    stored = StoredBytes.objects.filter(pk=workspace_id).first()
    if (stored.total if stored else 0) + size > settings.ATTACHMENTS_QUOTA:
        raise StorageFull


def check_number(task: Task) -> StoredBytes:
    """Refuse another file on the task if it has MOST_ON_TASK; returns the locked row.

    The lock holds until the transaction ends, so that files added at once cannot exceed the limits.
    """
    stored = _locked(task.workspace_id)
    if Attachment.objects.alive().filter(task=task).count() >= MOST_ON_TASK:
        raise TooManyAttachments
    return stored


def free_room(workspace_id: UUID, size: int) -> None:
    """The file has been removed."""
    StoredBytes.objects.filter(pk=workspace_id).update(total=F("total") - size)


def _add(stored: StoredBytes, size: int) -> None:
    if stored.total + size > settings.ATTACHMENTS_QUOTA:
        raise StorageFull
    stored.total += size
    update(stored, "total")


def _locked(workspace_id: UUID) -> StoredBytes:
    try:
        found: StoredBytes = StoredBytes.objects.locked(workspace_id)
    except NotFound:
        insert(StoredBytes(workspace_id=workspace_id), ignore_conflicts=True)
        found = StoredBytes.objects.locked(workspace_id)
    return found
