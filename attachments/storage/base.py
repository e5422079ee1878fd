"""What a place for files can do."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO, NamedTuple, Protocol

LINK_SECONDS = 300
"""How long a link is good for."""
UPLOADS = "uploads/"
"""Keys of files that are not checked yet begin with it."""
CHUNK = 256 * 1024
RETRY_AFTER = 5
"""Seconds after which a place that did not answer, or is full, may be asked again."""


READ, THUMBNAIL, WRITE = "read", "thumbnail", "write"
"""Purposes of links to attachments; other apps register theirs (`attachments.services.links`)."""


@dataclass(frozen=True)
class FileLink:
    """What a link to a file is about; `row` is the id of what the file belongs to."""

    row: str
    key: str
    file_name: str
    content_type: str
    purpose: str = READ


@dataclass(frozen=True)
class UploadTicket:
    """The request with which a client sends a file of exactly this size and type."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    """Fields of a form, to be sent in this order before the file, whose field is called `file`."""


class StoredFile(NamedTuple):
    """A file there is; `changed_at` in seconds since 1970."""

    key: str
    changed_at: float


class Storage(Protocol):
    def save(self, key: str, content: IO[bytes], content_type: str) -> None:
        """Store what can be read; a file of this key is replaced as a whole."""

    def open(self, key: str) -> AbstractContextManager[IO[bytes]]:
        """The file, for reading; FileNotFoundError without one."""

    def copy(self, source: str, target: str) -> None:
        """FileNotFoundError if there is no `source`."""

    def remove(self, key: str) -> None: ...

    def files_after(self, key: str) -> Iterator[StoredFile]:
        """The files whose keys follow `key`, in an order that stays; all of them after ""."""

    def reading_link(self, link: FileLink) -> str:
        """The address at which anybody can read the file for LINK_SECONDS."""

    def upload_ticket(self, file: FileLink, size: int) -> UploadTicket:
        """The request with which anybody can store the file, within LINK_SECONDS."""


def pieces(content: IO[bytes]) -> Iterator[bytes]:
    """All that can be read, in pieces."""
    while piece := content.read(CHUNK):
        yield piece
