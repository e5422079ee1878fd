"""Reading request bodies before a thread is used, with limits on size, time and memory."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.api.errors import RequestTimeout, TooLarge
from core.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping

    Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]

FIRST_SECONDS = 5.0
"""Time that a body of any size may take."""
MIN_RATE = 4 * 1024
"""Bytes per second at which a body must arrive after FIRST_SECONDS."""
LONGEST_SECONDS = 60.0
MOST_HELD = 64 * 1024 * 1024
"""Most bytes of bodies in memory, of all unanswered requests of the process."""
RETRY_AFTER = 2


class Disconnected(Exception):
    """The client closed the connection before its request was complete."""


@dataclass(eq=False)
class Arriving:
    """A body that is being received."""

    deadline: asyncio.Timeout
    body: bytearray = field(default_factory=bytearray)
    dropped: bool = False


class Bodies:
    """The request bodies of a process; above MOST_HELD the oldest incomplete one is dropped."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self.held = 0
        self.arriving: dict[Arriving, None] = {}

    @asynccontextmanager
    async def read(self, receive: Receive, declared: int | None) -> AsyncIterator[bytearray]:
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

    async def _receive(self, receive: Receive) -> bytearray:
        began = asyncio.get_running_loop().time()
        arriving = Arriving(asyncio.timeout(FIRST_SECONDS))
        self.arriving[arriving] = None
        try:
            async with arriving.deadline:
                while await self._receive_part(receive, arriving):
                    allowed = FIRST_SECONDS + len(arriving.body) / MIN_RATE
                    arriving.deadline.reschedule(began + min(allowed, LONGEST_SECONDS))
        except BaseException as error:
            self.held -= len(arriving.body)
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
        arriving.body += part
        self.held += len(part)
        if len(arriving.body) > self.most_bytes:
            raise TooLarge
        self._make_room()
        if arriving.dropped:
            raise _no_room()
        return bool(message.get("more_body", False))

    def _make_room(self) -> None:
        for oldest in self.arriving:
            if self.held <= MOST_HELD:
                return
            self.held -= len(oldest.body)
            oldest.body.clear()
            oldest.dropped = True
            if not oldest.deadline.expired():
                oldest.deadline.reschedule(asyncio.get_running_loop().time())


def _no_room() -> Unavailable:
    return Unavailable(retry_after=RETRY_AFTER)
