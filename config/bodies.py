"""Reading request bodies before a thread is used, with limits on size, time and memory."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from core.api.errors import RequestTimeout, TooLarge
from core.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

FIRST_SECONDS = 5.0
"""Time that a body of any size may take."""
MIN_RATE = 4 * 1024
"""Bytes per second at which a body must arrive after FIRST_SECONDS."""
LONGEST_SECONDS = 60.0
MOST_HELD = 64 * 1024 * 1024
"""Most bytes of bodies in memory, of all unanswered requests of the process."""
RETRY_AFTER = 2
LONGEST_UPLOAD = 600.0
MOST_UPLOADED = 1024 * 1024 * 1024
"""Most bytes of files in temporary files, of all unanswered requests of the process."""
IN_MEMORY = 256 * 1024
"""Most bytes of a file that wait in memory for being written."""


def _no_room() -> Unavailable:
    return Unavailable(retry_after=RETRY_AFTER)


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as problem:
        raise _no_room() from problem


def _new_file() -> IO[bytes]:
    with _room():
        return TemporaryFile()


@dataclass(eq=False)
class Spool:
    """A body in a temporary file without a name, which ends with the process at the latest.

    Raises Unavailable where the file cannot be made or written, such as on a disk that is full.
    """

    _file: IO[bytes] = field(default_factory=_new_file)
    _waiting: bytearray = field(default_factory=bytearray)
    _size: int = 0

    def __len__(self) -> int:
        return self._size

    async def add(self, part: bytes) -> None:
        self._size += len(part)
        self._waiting += part
        if len(self._waiting) > IN_MEMORY:
            await asyncio.to_thread(self._write)

    def reader(self) -> IO[bytes]:
        """The body from its beginning; each run of the request reads the same file."""
        self._write()
        with _room():
            self._file.seek(0)
        return self._file

    def close(self) -> None:
        # It still tries to write what could not be written.
        with suppress(OSError):
            self._file.close()

    def _write(self) -> None:
        waiting, self._waiting = self._waiting, bytearray()
        with _room():
            self._file.write(waiting)


Body = bytearray | Spool


class Disconnected(Exception):
    """The client closed the connection before its request was complete."""


@dataclass(eq=False)
class Arriving:
    """A body that is being received."""

    deadline: asyncio.Timeout
    body: Body
    counted: int = 0
    dropped: bool = False


class Bodies:
    """The request bodies of a process; above `most_held` the oldest incomplete one is dropped."""

    def __init__(
        self,
        most_bytes: int,
        *,
        body: Callable[[], Body] = bytearray,
        most_held: int = MOST_HELD,
        longest: float = LONGEST_SECONDS,
    ) -> None:
        self.most_bytes = most_bytes
        self.most_held = most_held
        self.longest = longest
        self.body = body
        self.held = 0
        self.arriving: dict[Arriving, None] = {}

    @asynccontextmanager
    async def read(self, receive: Receive, declared: int | None) -> AsyncIterator[Body]:
        """Read the whole body, which counts as held until the block ends.

        `declared` is its size, 0 if it is unknown, None if there is no body. Raises TooLarge,
        RequestTimeout, Unavailable or Disconnected.
        """
        if declared is not None and declared > self.most_bytes:
            raise TooLarge
        body = bytearray() if declared is None else await self._receive(receive)
        try:
            yield body
        finally:
            self.held -= len(body)
            _close(body)

    async def _receive(self, receive: Receive) -> Body:
        began = asyncio.get_running_loop().time()
        arriving = Arriving(asyncio.timeout(FIRST_SECONDS), self.body())
        self.arriving[arriving] = None
        try:
            async with arriving.deadline:
                while await self._receive_part(receive, arriving):
                    allowed = FIRST_SECONDS + len(arriving.body) / MIN_RATE
                    arriving.deadline.reschedule(began + min(allowed, self.longest))
        except BaseException as error:
            self.held -= arriving.counted
            _close(arriving.body)
            if isinstance(error, TimeoutError):
                raise (_no_room() if arriving.dropped else RequestTimeout()) from None
            raise
        finally:
            del self.arriving[arriving]
        return arriving.body

    async def _receive_part(self, receive: Receive, arriving: Arriving) -> bool:
        """Receive one part; whether more parts follow."""
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Disconnected
        part = message.get("body", b"")
        self.held += len(part)
        arriving.counted += len(part)
        if arriving.counted > self.most_bytes:
            raise TooLarge
        self._make_room()
        if arriving.dropped:
            raise _no_room()
        if isinstance(arriving.body, Spool):
            await arriving.body.add(part)
        else:
            arriving.body += part
        return bool(message.get("more_body", False))

    def _make_room(self) -> None:
        for oldest in self.arriving:
            if self.held <= self.most_held:
                return
            self.held -= oldest.counted
            oldest.counted = 0
            if isinstance(oldest.body, bytearray):
                oldest.body.clear()
            oldest.dropped = True
            if not oldest.deadline.expired():
                oldest.deadline.reschedule(asyncio.get_running_loop().time())


def _close(body: Body) -> None:
    if isinstance(body, Spool):
        body.close()
