"""`/ws`: one person's connection, which follows rooms. The protocol is in docs/realtime.md."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import InterfaceError, OperationalError

from realtime.live import messages
from realtime.live.entrance import Refused, admit
from realtime.live.hub import hub
from realtime.live.inboxes import InboxRoom
from realtime.live.messages import Closing, as_text, collaboration, in_room, pushed, read_message
from realtime.live.presence import Person, shown
from realtime.live.rooms import RoomRefused, find_room

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from uuid import UUID

    from core.actor import Actor
    from identity.services.kept_credentials import Kept
    from realtime.live.inboxes import InboxSubscription
    from realtime.live.messages import Message
    from realtime.live.rooms import Room
    from realtime.live.subscriptions import Subscription

MOST_ROOMS = 50
MOST_PER_SECOND = 20
LONGEST_IDLE = 60.0
"""Seconds without a room and without a message after which a socket is closed."""
MOST_UNHEARD = 64
"""The most messages of others in a room that wait for a slow client; older ones are dropped."""

logger = logging.getLogger(__name__)


class Socket(AsyncWebsocketConsumer):
    """A connection after its handshake; two tasks: one reads messages, `_pump` sends events."""

    actor: Actor
    person: UUID
    kept: Kept
    state = ""
    since = 0.0
    _ending: Closing | None = None

    def __init__(self) -> None:
        super().__init__()
        self._rooms: dict[str, Subscription | InboxSubscription] = {}
        self._heard: deque[str] = deque(maxlen=MOST_UNHEARD)
        self._heard_early: deque[str] = deque(maxlen=MOST_UNHEARD)
        """Messages in the room that the client is about to be told that it follows."""
        self._wake = asyncio.Event()
        self._allowance, self._allowed_at = float(MOST_PER_SECOND), 0.0
        self._sender: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            with suppress(OSError):  # the client has disconnected, or does not read
                await super().__call__(scope, receive, send)
        finally:
            for name in list(self._rooms):
                self._leave(name)
            hub.exit(self)
            hub.presence.listeners.discard(self)
            if self._sender:
                self._sender.cancel()

    async def dispatch(self, message: dict[str, Any]) -> None:
        # That of channels asks in a thread for idle connections of the database, at each message.
        await getattr(self, message["type"].replace(".", "_"))(message)

    async def websocket_disconnect(self, message: dict[str, Any]) -> None:
        raise StopConsumer

    async def connect(self) -> None:
        try:
            entered = await admit(self.scope)
        except Refused as refusal:
            await self._refuse(refusal.status)
            return
        await self.accept(subprotocol=entered.protocol)
        try:
            self.actor, self.kept = entered.credential()
            self.person = self.actor.person.pk
            self.since = time.monotonic()
            hub.enter(self)
        except Closing as closing:
            await self._close(closing)
            return
        hub.presence.listeners.add(self)
        degraded = hub.presence.is_degraded
        await self._say(as_text(type="connected", user=self.shown.id, degraded=degraded))
        self._sender = asyncio.create_task(self._pump())

    @property
    def shown(self) -> Person:
        return shown(self.actor.person)

    def wake(self) -> None:
        self._wake.set()

    def end(self, closing: Closing) -> None:
        self._ending = closing
        self._wake.set()

    def hear(self, room: Room | InboxRoom, tail: str) -> None:
        for name, followed in self._rooms.items():
            if followed.room == room:
                heard = self._heard if followed.is_begun else self._heard_early
                heard.append(in_room(name, tail))
        self._wake.set()

    def announce(self, *, degraded: bool) -> None:
        self._heard.append(as_text(type="degraded" if degraded else "restored"))
        self._wake.set()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        self._wake.set()  # it is not idle
        await self._guarded(self._receive(text_data))

    async def _receive(self, text: str | None) -> None:
        self._count_message()
        await self._answer(read_message(text))

    async def _answer(self, message: Message) -> None:
        match message.type:
            case "ping":
                await self._say(as_text(type="pong"))
            case "subscribe":
                await self._subscribe(message)
            case "unsubscribe":
                self._leave(message.room)
                await self._say(as_text(type="unsubscribed", room=message.room))
            case "presence":
                people = await hub.presence.people(self._shared(message.room))
                await self._say(as_text(type="presence", room=message.room, **people))
            case "collaboration":
                room = self._shared(message.room)
                content = collaboration(message.event, message.data, self.shown)
                hub.presence.tell(room, content, but=self)

    async def _subscribe(self, message: Message) -> None:
        name = message.room
        self._leave(name)
        if len(self._rooms) >= MOST_ROOMS:
            raise Closing(messages.TOO_MANY, f"A socket follows at most {MOST_ROOMS} rooms.")
        try:
            room, last = await hub.rooms.run(find_room, self.actor, name)
        except RoomRefused as refusal:
            raise Closing(messages.REFUSED, refusal.message, name) from None
        if any(each.room == room for each in self._rooms.values()):
            raise Closing(messages.MALFORMED, "You follow this room by another name.", name)
        since = last if message.since is None else message.since
        if since > last:
            await self._say(as_text(type="resync", room=name, seq=last))
            since = last
        followed = hub.follow(room, self.actor, since, last)
        self._rooms[name] = followed
        followed.begin(self)
        people = {}
        if not isinstance(room, InboxRoom):
            hub.presence.join(room, self.shown, but=self)
            people = await hub.presence.people(room)
        await self._say(as_text(type="subscribed", room=name, seq=since, last=last, **people))
        followed.is_begun = True
        # Who came while the others were looked up is not among them.
        self._heard.extend(self._heard_early)
        self._heard_early.clear()
        self._wake.set()

    def _leave(self, name: str) -> None:
        if followed := self._rooms.pop(name, None):
            followed.end(self)
            if not isinstance(followed.room, InboxRoom):
                hub.presence.leave(followed.room, self.shown, but=self)

    def _shared(self, name: str) -> Room:
        """The room with this name, in which others may be."""
        if name not in self._rooms:
            raise Closing(messages.REFUSED, "You do not follow this room.", name)
        room = self._rooms[name].room
        if isinstance(room, InboxRoom):
            raise Closing(messages.MALFORMED, "Nobody else is in this room.", name)
        return room

    async def _pump(self) -> None:
        """Send what there is whenever somebody calls `wake`, until the socket ends."""
        with suppress(OSError):
            await self._guarded(self._send_for_ever())

    async def _send_for_ever(self) -> None:
        while True:
            await self._wait()
            await self._send_what_is_there()

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it; whatever goes wrong closes the socket, and says why."""
        try:
            await work
        except Closing as closing:
            await self._close(closing)
        except (InterfaceError, OperationalError):
            await self._close(Closing(messages.TRY_LATER, "The database does not answer."))
        except OSError:  # the client has disconnected, or does not read
            raise
        except Exception:
            logger.exception("socket_failed")
            await self._close(Closing(messages.FAILED, "Something went wrong here."))

    async def _wait(self) -> None:
        if self._rooms:
            await self._wake.wait()
        else:
            await self._wait_without_room()
        self._wake.clear()
        if self._ending:
            raise self._ending

    async def _wait_without_room(self) -> None:
        try:
            async with asyncio.timeout(LONGEST_IDLE):
                await self._wake.wait()
        except TimeoutError:
            raise Closing(messages.TOO_SLOW, "You follow no room.") from None

    async def _send_what_is_there(self) -> None:
        while self._heard and not self._ending:
            await self._say(self._heard.popleft())
        for name, followed in list(self._rooms.items()):
            if followed.is_begun:
                try:
                    async for event in followed.coming(hub.rooms):
                        if self._ending:
                            return
                        await self._say(pushed(name, *event))
                except RoomRefused as refusal:
                    raise Closing(messages.REFUSED, refusal.message, name) from None

    def _count_message(self) -> None:
        now = asyncio.get_running_loop().time()
        gained = (now - self._allowed_at) * MOST_PER_SECOND
        self._allowance = min(self._allowance + gained, MOST_PER_SECOND) - 1
        self._allowed_at = now
        if self._allowance < 0:
            raise Closing(messages.TOO_MANY, f"At most {MOST_PER_SECOND} messages a second.")

    async def _say(self, text: str) -> None:
        """Send a message; OSError if the client has disconnected, or has not read for too long."""
        await self.base_send({"type": "websocket.send", "text": text})

    async def _close(self, closing: Closing) -> None:
        reason = {"type": "error", "code": closing.code, "message": closing.reason}
        if closing.room is not None:
            reason["room"] = closing.room
        await self._say(as_text(**reason))
        await self.close(closing.code, closing.reason)

    async def _refuse(self, status: int) -> None:
        """Answer the handshake with an HTTP status."""
        await self.base_send({"type": "websocket.http.response.start", "status": status})
        await self.base_send({"type": "websocket.http.response.body", "body": b""})
