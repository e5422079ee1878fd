"""Server-sent events: the log of a workspace, or one's inbox, as it grows, for one person."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from identity.services.kept_credentials import Kept
from realtime.live.hub import hub
from realtime.live.messages import REFUSED, Closing, as_text, pushed
from realtime.live.rooms import RoomRefused

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from uuid import UUID

    from core.actor import Actor
    from realtime.live.inboxes import InboxRoom, InboxSubscription
    from realtime.live.rooms import Room
    from realtime.live.subscriptions import Subscription

TICK = 1.0
"""Seconds after which a stream that has nothing to send looks whether its client is still there."""
HEARTBEAT = 15
"""Ticks after which something is sent, so that proxies do not take the stream for dead."""
RETRY = b"retry: 2000\n\n"


class Stream:
    """Follows a workspace or an inbox after a number; `pieces` is what is sent."""

    def __init__(
        self, actor: Actor, room: Room | InboxRoom, name: str, after: int, last: int
    ) -> None:
        self.actor, self.kept, self.state = actor, Kept.of(actor), ""
        self.person: UUID = actor.person.pk
        self.room, self.name = room, name
        self.after, self.last = after, last
        self.since = time.monotonic()
        self._ending: Closing | None = None
        self._wake: asyncio.Event | None = None

    def wake(self) -> None:
        if self._wake:
            self._wake.set()

    def hear(self, room: Room | InboxRoom, tail: str) -> None:
        """Nothing: a stream is what is in the log."""

    def end(self, closing: Closing) -> None:
        self._ending = closing
        self.wake()

    async def pieces(self) -> AsyncGenerator[bytes]:
        """Events, and once a second b"" if there are none."""
        self._wake = asyncio.Event()
        position = min(self.after, self.last)
        followed = hub.follow(self.room, self.actor, position, self.last)
        try:
            hub.enter(self)
            followed.begin(self)
            yield RETRY
            if self.after > self.last:
                yield _event("resync", as_text(type="resync", room=self.name, seq=self.last))
            async for piece in self._following(followed, self._wake):
                yield piece
        except Closing as closing:
            refusal = as_text(type="error", code=closing.code, message=closing.reason)
            yield _event("error", refusal)
        finally:
            followed.end(self)
            hub.exit(self)

    async def _following(
        self, followed: Subscription | InboxSubscription, wake: asyncio.Event
    ) -> AsyncGenerator[bytes]:
        ticks, told = 0, followed.position
        while True:
            wake.clear()
            try:
                async for seq, prev, kind, document in followed.coming(hub.rooms):
                    if self._ending:
                        raise self._ending
                    ticks, told = 0, seq
                    yield _event(kind, pushed(self.name, seq, prev, kind, document), seq)
            except RoomRefused as refusal:
                raise Closing(REFUSED, refusal.message) from None
            if self._ending:
                raise self._ending
            try:
                async with asyncio.timeout(TICK):
                    await wake.wait()
            except TimeoutError:
                ticks = (ticks + 1) % HEARTBEAT
                # Only an id: the client resumes there, behind what it may not see.
                is_further = ticks == 0 and followed.position > told
                told = followed.position if ticks == 0 else told
                beat = b"id: %d\n\n" % told if is_further else b":\n\n"
                yield b"" if ticks else beat


def _event(kind: str, data: str, seq: int | None = None) -> bytes:
    number = f"id: {seq}\n" if seq is not None else ""
    return f"{number}event: {kind}\ndata: {data}\n\n".encode()
