"""Links to files, and the files behind the links of this server."""

from typing import IO, NamedTuple
from uuid import UUID

from django.db.models import Q

from attachments.files.types import served_type
from attachments.models import Attachment, State
from attachments.services.attachments import NotReady
from attachments.services.thumbnails import THUMBNAIL_TYPE
from attachments.storage.base import FileLink
from attachments.storage.chosen import storage
from attachments.storage.links import THUMBNAIL, WRITE, opened
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
    if link is None or link.purpose == WRITE:
        raise NotFound
    attachment = _attachment(link.attachment)
    _check_readable(attachment)
    about = _about(attachment, is_thumbnail=link.purpose == THUMBNAIL)
    if not about.key:
        raise NotFound
    try:
        return Served(_folder().open(about.key), about.file_name, about.content_type)
    except FileNotFoundError:
        raise NotFound from None


def store_behind(token: str, content: IO[bytes], *, size: int, content_type: str) -> None:
    """Store what a client sends to its link: the announced size and type, until it is complete."""
    link = opened(token)
    if link is None or link.purpose != WRITE:
        raise NotFound
    attachment = _attachment(link.attachment)
    if attachment.state != State.PENDING:
        raise NotFound
    if (size, content_type) != (attachment.size, attachment.claimed_type):
        raise WrongUpload
    _folder().save(attachment.storage_key, content, content_type)


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
        return FileLink(
            pk, attachment.thumbnail_key, f"{name}.webp", THUMBNAIL_TYPE, is_thumbnail=True
        )
    return FileLink(pk, attachment.storage_key, name, served_type(attachment.content_type))


@as_system("the holder of a link to a file")
def _attachment(pk: str) -> Attachment:
    """The attachment, if neither it nor its task, project or workspace is deleted."""
    alive = Q(
        deleted_at=None,
        task__deleted_at=None,
        task__project__deleted_at=None,
        workspace__deleted_at=None,
    )
    found: Attachment | None = Attachment.objects.filter(alive, pk=UUID(pk)).first()
    if found is None:
        raise NotFound
    return found
