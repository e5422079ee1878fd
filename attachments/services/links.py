"""Links to files, and the files behind the links of this server."""

from collections.abc import Callable
from functools import partial
from typing import IO, NamedTuple
from uuid import UUID

from django.db.models import Q

from attachments.files.types import served_type
from attachments.models import Attachment, State
from attachments.services.attachments import NotReady
from attachments.services.thumbnails import THUMBNAIL_TYPE
from attachments.storage.base import READ, THUMBNAIL, WRITE, FileLink
from attachments.storage.chosen import storage
from attachments.storage.links import opened
from attachments.storage.local import LocalStorage
from core.context import as_system
from core.errors import Conflict, Invalid, NotFound


class Quarantined(Conflict):
    message = "The file has been put under quarantine, and cannot be read."


class WrongUpload(Invalid):
    message = "The file does not have the size or the type that was announced."


class Served(NamedTuple):
    """A file to be sent, always as an attachment."""

    content: IO[bytes]
    file_name: str
    content_type: str


class Announced(NamedTuple):
    """A file that a client is going to store, and nothing else, at this key."""

    key: str
    size: int
    content_type: str


Find = Callable[[UUID], FileLink | None]
_purposes: dict[str, Find] = {}
FindAnnounced = Callable[[UUID], Announced | None]
_uploads: dict[str, FindAnnounced] = {}


def register_purpose(purpose: str, find: Find) -> None:
    """Have `find` look up the files behind this server's links of a purpose, by the row's id.

    It returns None for what may not be read any more.
    """
    _purposes[purpose] = find


def register_upload(purpose: str, find: FindAnnounced) -> None:
    """As `register_purpose`, for links at which a file is stored."""
    _uploads[purpose] = find


def file_link(attachment: Attachment) -> str:
    """The address of the file; refuses one that must not be read."""
    _check_readable(attachment)
    return storage().reading_link(_about(attachment))


def thumbnail_link(attachment: Attachment) -> str:
    """The address of the thumbnail; NotFound without one."""
    _check_readable(attachment)
    if not attachment.thumbnail_key:
        raise NotFound
    return storage().reading_link(_about(attachment, is_thumbnail=True))


def file_behind(token: str) -> Served:
    """The file that a link leads to, if it may still be read; NotFound otherwise."""
    link = opened(token)
    find = _purposes.get(link.purpose) if link else None
    about = find(UUID(link.row)) if link and find else None
    if about is None or not about.key:
        raise NotFound
    try:
        return Served(_folder().open(about.key), about.file_name, about.content_type)
    except FileNotFoundError:
        raise NotFound from None


def store_behind(token: str, content: IO[bytes], *, size: int, content_type: str) -> None:
    """Store what a client sends to its link: the announced size and type, until it is complete."""
    link = opened(token)
    find = _uploads.get(link.purpose) if link else None
    announced = find(UUID(link.row)) if link and find else None
    if announced is None:
        raise NotFound
    if (size, content_type) != (announced.size, announced.content_type):
        raise WrongUpload
    _folder().save(announced.key, content, content_type)


def _folder() -> LocalStorage:
    """The folder that links of this server lead to; NotFound if files are kept elsewhere now."""
    place = storage()
    if not isinstance(place, LocalStorage):
        raise NotFound
    return place


def _check_readable(attachment: Attachment) -> None:
    if attachment.state == State.PENDING:
        raise NotReady
    if attachment.state == State.QUARANTINED:
        raise Quarantined


def _about(attachment: Attachment, *, is_thumbnail: bool = False) -> FileLink:
    pk, name = str(attachment.pk), attachment.file_name
    if is_thumbnail:
        key, name = attachment.thumbnail_key, f"{name}.webp"
        return FileLink(pk, key, name, THUMBNAIL_TYPE, purpose=THUMBNAIL)
    return FileLink(pk, attachment.storage_key, name, served_type(attachment.content_type))


@as_system("the holder of a link to a file")
def _attachment(pk: UUID) -> Attachment:
    """The attachment, if neither it nor its task, project or workspace is deleted."""
    alive = Q(
        deleted_at=None,
        task__deleted_at=None,
        task__project__deleted_at=None,
        workspace__deleted_at=None,
    )
    found: Attachment | None = Attachment.objects.filter(alive, pk=pk).first()
    if found is None:
        raise NotFound
    return found


def _readable(pk: UUID, *, is_thumbnail: bool = False) -> FileLink:
    attachment = _attachment(pk)
    _check_readable(attachment)
    return _about(attachment, is_thumbnail=is_thumbnail)


def _announced(pk: UUID) -> Announced | None:
    attachment = _attachment(pk)
    if attachment.state != State.PENDING:
        return None
    return Announced(attachment.storage_key, attachment.size, attachment.claimed_type)


register_upload(WRITE, _announced)
register_purpose(READ, _readable)
register_purpose(THUMBNAIL, partial(_readable, is_thumbnail=True))
