"""Finding pictures without thumbnails, and keeping the thumbnails that are made."""

from collections.abc import Callable
from io import BytesIO
from typing import IO

from django.utils import timezone

from attachments.events import AttachmentIllustrated
from attachments.files.types import PICTURES
from attachments.models import Attachment, State
from attachments.services.removal import THUMBNAIL
from attachments.storage.chosen import storage
from core.actor import Actor
from core.context import as_system
from core.errors import Unavailable
from core.events import publish
from core.retention import lock_batch

Make = Callable[[IO[bytes]], bytes | None]
THUMBNAIL_TYPE = "image/webp"
SYSTEM = Actor.system("thumbnails of pictures")


def add_thumbnail(make: Make) -> bool:
    """Take the oldest picture that has not been tried, and try it; whether there was one.

    It is noted as tried before it is opened: one that kills the process is not opened again. One
    that could not be read or stored, because the storage is Unavailable, is tried again.
    """
    picture = _take()
    if picture is None:
        return False
    try:
        _illustrate(picture, make)
    except Unavailable:
        _give_back(picture)
        raise
    return True


def _illustrate(picture: Attachment, make: Make) -> None:
    """Read the picture before `make` sees it: errors of a storage are no flaws of a picture."""
    try:
        with storage().open(picture.storage_key) as file:
            content = BytesIO(file.read())
    except FileNotFoundError:  # purged meanwhile
        return
    small = make(content)
    if small is not None:
        key = f"{picture.storage_key}{THUMBNAIL}"
        storage().save(key, BytesIO(small), THUMBNAIL_TYPE)
        _keep(picture, key, len(small))


@as_system("a picture without a thumbnail")
def _take() -> Attachment | None:
    waiting = Attachment.objects.filter(
        state=State.READY, deleted_at=None, thumbnail_tried_at=None, content_type__in=PICTURES
    )
    found: Attachment | None = lock_batch(waiting.order_by("created_at"), 1).first()
    if found is not None:
        Attachment.objects.filter(pk=found.pk).update(thumbnail_tried_at=timezone.now())
    return found


@as_system("a picture whose storage was unavailable")
def _give_back(picture: Attachment) -> None:
    Attachment.objects.filter(pk=picture.pk).update(thumbnail_tried_at=None)


@as_system("a thumbnail has been made")
def _keep(picture: Attachment, key: str, size: int) -> None:
    """If the file is still there; otherwise the thumbnail is removed as an orphan."""
    locked: Attachment = Attachment.objects.locked(picture.pk)
    if locked.storage_key != picture.storage_key or locked.purged_at is not None:
        return
    locked.thumbnail_key, locked.thumbnail_size = key, size
    locked.save_changes("thumbnail_key", "thumbnail_size")
    publish(AttachmentIllustrated(actor=SYSTEM, attachment=locked))
