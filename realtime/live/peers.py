"""The other web processes, reached through Redis, which may be down, hang or forget everything.

Nothing that has to arrive goes this way. Each process keeps in Redis who is in its rooms, and tells
that it is alive; what a process that is gone has left there is ignored, and expires.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from secrets import token_hex
from typing import TYPE_CHECKING, Any

import orjson
from django.conf import settings
from django.utils.module_loading import import_string

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNEL = "gantry:realtime"
ALIVE = "gantry:web:"
ROOM = "gantry:room:"
PATIENCE = 1.0
"""Seconds that Redis may take to answer."""
SEEN_EVERY = 2.0
"""Seconds between two signs of life, with which Redis is asked whether it answers."""
GONE_AFTER = 15
"""Seconds without a sign of life after which a process counts as gone."""
WRITTEN_EVERY = 30.0
"""Seconds between two times that the people of all rooms are written; they are kept three times
as long."""
MOST_READ = 500
"""The most people of a room, with their processes, that are read."""
LONGEST_PAUSE = 5.0
LONGEST_SILENCE = 60.0
AT_ONCE = 200
"""The most commands that are sent together."""
MOST_WAITING = 1000
"""The most messages that wait to be sent; older ones are dropped, as of no use any more."""

KEPT = str(int(3 * WRITTEN_EVERY))
Command = tuple[str, ...]

logger = logging.getLogger(__name__)


class Peers:
    """`heard` gets their messages, `present` tells who is here, `changed` hears of `is_reached`."""

    def __init__(
        self,
        *,
        heard: Callable[[list[str]], None],
        present: Callable[[], dict[str, dict[str, str]]],
        changed: Callable[[], None],
    ) -> None:
        self.name = token_hex(8)
        self.is_reached: bool | None = None
        """None until the first attempt has ended: messages wait for it."""
        self._heard, self._present, self._changed = heard, present, changed
        self._waiting: deque[Command] = deque(maxlen=MOST_WAITING)
        self._wake = asyncio.Event()
        self._redis: Any = None

    def tell(self, message: list[str]) -> None:
        self._put("publish", CHANNEL, orjson.dumps([self.name, *message]).decode())

    def note(self, room: str, person: str, document: str | None) -> None:
        """Keep that the person is in the room of this process, or, without a document, is not."""
        field = f"{self.name}:{person}"
        if document is None:
            self._put("hdel", ROOM + room, field)
        else:
            self._put("hset", ROOM + room, field, document)
            self._put("expire", ROOM + room, KEPT)

    def _put(self, *command: str) -> None:
        if self.is_reached is not False:
            self._waiting.append(command)
            self._wake.set()

    async def people(self, room: str) -> tuple[list[str], int]:
        """The documents of people in the room, of other processes, and how many there are.

        Of a room with more than MOST_READ only the number, which may then count some twice.
        """
        redis = self._redis  # which may be given up between two questions
        if redis is None or not self.is_reached:
            return [], 0
        try:
            async with asyncio.timeout(PATIENCE):
                amount = await redis.hlen(ROOM + room)
                if amount > MOST_READ:
                    return [], amount
                kept = await redis.hgetall(ROOM + room)
                names = sorted({_process(field) for field in kept} - {self.name})
                signs = await redis.mget([ALIVE + each for each in names]) if names else []
        except (OSError, TimeoutError, self._failure):
            return [], 0
        alive = {name for name, sign in zip(names, signs, strict=True) if sign}
        found = [text for field, text in kept.items() if _process(field) in alive]
        return found, len(found)

    async def run(self) -> None:
        """Keep in touch; with ever longer pauses while Redis does not answer."""
        pause = PATIENCE
        while True:
            began = time.monotonic()
            try:
                await self._keep_in_touch()
            except* (OSError, TimeoutError, self._failure) as problems:
                problem = problems.exceptions[0]
                logger.warning("redis_does_not_answer", extra={"problem": repr(problem)})
            finally:
                await self._disconnect()
            self._set_reached(is_reached=False)
            pause = PATIENCE if time.monotonic() - began > GONE_AFTER else 2 * pause
            await asyncio.sleep(min(pause, LONGEST_PAUSE))

    async def _keep_in_touch(self) -> None:
        client = import_string("redis.asyncio.from_url")
        self._redis = client(
            settings.REDIS_URL,
            decode_responses=True,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
        )
        subscription = self._redis.pubsub(ignore_subscribe_messages=True)
        async with asyncio.timeout(PATIENCE):
            await subscription.subscribe(CHANNEL)
        self._set_reached(is_reached=True)
        async with asyncio.TaskGroup() as tasks:
            for each in (self._listen(subscription), self._send(), self._stay()):
                tasks.create_task(each)

    async def _listen(self, subscription: Any) -> None:
        while True:
            message = await subscription.get_message(timeout=LONGEST_SILENCE)
            if message is None:
                continue
            sender, *content = orjson.loads(message["data"])
            if sender != self.name:
                self._heard(content)

    async def _send(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                first = [self._waiting.popleft() for _ in range(min(len(self._waiting), AT_ONCE))]
                await self._execute(first)

    async def _stay(self) -> None:
        written_at = 0.0
        while True:
            async with asyncio.timeout(PATIENCE):
                # An earlier sign that is gone was forgotten with all the rest.
                former = await self._redis.set(ALIVE + self.name, "1", ex=GONE_AFTER, get=True)
            if former is None or time.monotonic() - written_at > WRITTEN_EVERY:
                await self._write_people()
                written_at = time.monotonic()
            await asyncio.sleep(SEEN_EVERY)

    async def _write_people(self) -> None:
        commands: list[Command] = []
        for room, people in self._present().items():
            for person, text in people.items():
                commands.append(("hset", ROOM + room, f"{self.name}:{person}", text))
            commands.append(("expire", ROOM + room, KEPT))
        for start in range(0, len(commands), AT_ONCE):
            await self._execute(commands[start : start + AT_ONCE])

    async def _execute(self, commands: list[Command]) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        async with asyncio.timeout(PATIENCE):
            await pipeline.execute()

    @property
    def _failure(self) -> type[Exception]:
        """The base of the errors of Redis; its client is loaded when it is needed."""
        found: type[Exception] = import_string("redis.RedisError")
        return found

    def _set_reached(self, *, is_reached: bool) -> None:
        if is_reached == self.is_reached:
            return
        is_news = not is_reached or self.is_reached is False
        self.is_reached = is_reached
        if not is_reached:
            self._waiting.clear()
        if is_news:
            self._changed()

    async def _disconnect(self) -> None:
        if self._redis is not None:
            with contextlib.suppress(OSError, TimeoutError, self._failure):
                async with asyncio.timeout(PATIENCE):
                    await self._redis.aclose()
            self._redis = None


def _process(field: str) -> str:
    return field.partition(":")[0]
