"""Passing a file to where files are kept, or from there, while a request's transaction is open."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any, cast

from attachments.storage.base import RETRY_AFTER
from core.context import may_be_idle
from core.errors import Unavailable

LONGEST_TRANSFER = 40
"""Seconds after which a file is not read on: a proxy waits for an answer for 60."""
LONGEST_IDLE = "60s"
"""How long PostgreSQL lets the transaction wait meanwhile; elsewhere 10 seconds."""

Limit = Callable[[IO[bytes]], IO[bytes]]


@contextmanager
def transfer() -> Iterator[Limit]:
    """For the block the transaction may wait, in which no row must be locked.

    Yields a function that limits a file: reading it raises Unavailable after LONGEST_TRANSFER, so
    that a place that takes or gives a few bytes each second does not keep the thread for hours.
    """
    until = time.monotonic() + LONGEST_TRANSFER
    with may_be_idle(LONGEST_IDLE):
        yield lambda file: cast("IO[bytes]", _Limited(file, until))


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
