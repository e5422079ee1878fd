"""Passing a file to where files are kept, or from there, while a request's transaction is open.

Uploads of all apps go through here.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, NamedTuple, cast

from attachments.services.contents import Contents, contents_of
from attachments.storage.base import RETRY_AFTER
from attachments.storage.chosen import storage
from core.context import may_be_idle
from core.errors import Conflict, Refusal, Unavailable

LONGEST_TRANSFER = 40
"""Seconds after which a file is not read on: a proxy waits for an answer for 60."""
LONGEST_IDLE = "60s"
"""How long PostgreSQL lets the transaction wait meanwhile; elsewhere 10 seconds."""

Limit = Callable[[IO[bytes]], IO[bytes]]


class UploadDiffers(Conflict):
    message = "The file is not the one that was announced: its size or its hash differs."


class AnnouncedFile(NamedTuple):
    """What a client has said of a file that it has stored itself under `key`; no hash is ""."""

    key: str
    name: str
    size: int
    sha256: str


@contextmanager
def transfer() -> Iterator[Limit]:
    """For the block the transaction may wait, in which no row must be locked.

    Yields a function that limits a file: reading it raises Unavailable after LONGEST_TRANSFER, so
    that a place that takes or gives a few bytes each second does not keep the thread for hours.
    """
    until = time.monotonic() + LONGEST_TRANSFER
    with may_be_idle(LONGEST_IDLE):
        yield lambda file: cast("IO[bytes]", _Limited(file, until))


@contextmanager
def removed_if_refused(key: str) -> Iterator[None]:
    """Remove the file with this key if the block is refused: no row has ever referred to it.

    Not after Unavailable: whether the file is there is found out by the search for files without
    rows.
    """
    try:
        yield
    except Unavailable:
        raise
    except Refusal:
        storage().remove(key)
        raise


def checked_copy(announced: AnnouncedFile, key: str) -> Contents | None:
    """Copy what a client has stored to `key`, and read it there; None if it is gone.

    UploadDiffers if it is another file. Copied first: the client may store another at any time.
    """
    with transfer() as limited:
        try:
            storage().copy(announced.key, key)
        except FileNotFoundError:
            return None
        with storage().open(key) as file:
            found = contents_of(limited(file), announced.name)
    if found.size != announced.size or announced.sha256 not in ("", found.sha256):
        raise UploadDiffers
    return found


class _Limited:
    """As much of a file as storages use."""

    def __init__(self, file: IO[bytes], until: float) -> None:
        self.file = file
        self.until = until

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self.until:
            raise Unavailable(retry_after=RETRY_AFTER)
        return self.file.read(size)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.file, name)
