"""The clients of `bin/bench realtime`: many sockets in a process, each with little overhead."""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

END_OF_HEAD = b"\r\n\r\n"
ENTITY_ID = b'"entity_id":"'
NUMBER = b'"seq":'
UUID_LENGTH = 36
TEXT, PONG, PING = 0x81, 0x8A, 0x89
UNMASKED = bytes(4)
"""A mask that changes nothing."""
PATIENCE = 60.0


@dataclass(frozen=True, kw_only=True)
class Work:
    """Sockets, each with an access token, its rooms and the number after which it follows them.

    At most `at_once` are being opened at a time.
    """

    port: int
    sockets: list[tuple[str, list[str], int | None]]
    at_once: int


@dataclass
class Crowd:
    """What has happened to all sockets of the process."""

    turns: asyncio.Semaphore
    received: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """When events arrived, by the id of their row, as `time.monotonic`."""
    latest: int = 0
    """The highest number of an event."""
    problems: list[str] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """All since the last time; forgets it."""
        told = {"received": dict(self.received), "latest": self.latest, "problems": self.problems}
        self.received.clear()
        self.problems = []
        return told


class Follower(asyncio.Protocol):
    def __init__(self, crowd: Crowd, token: str, rooms: list[str], since: int | None) -> None:
        self.crowd, self.token, self.since = crowd, token, since
        self.rooms = iter(rooms)
        self.buffer = b""
        self.is_open = False
        self.is_following: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        lines = [
            "GET /ws HTTP/1.1",
            "Host: 127.0.0.1",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            f"Authorization: Bearer {self.token}",
        ]
        transport.write("\r\n".join([*lines, "", ""]).encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"closed: {exc}")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if not self.is_open:
            head, found, self.buffer = self.buffer.partition(END_OF_HEAD)
            if not found:
                self.buffer = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._fail(head.decode())
            self.is_open = True
        now = time.monotonic()
        for kind, content in self._frames():
            if kind == PING:
                self._send(PONG, content)
            elif kind == TEXT:
                self._read(content, now)

    def _frames(self) -> Iterator[tuple[int, bytes]]:
        start, given = 0, self.buffer
        while len(given) >= start + 2:
            size, body = given[start + 1], start + 2
            if size >= 126:
                body += 2 if size == 126 else 8
                size = int.from_bytes(given[start + 2 : body])
            if len(given) < body + size:
                break
            yield given[start], given[body : body + size]
            start = body + size
        self.buffer = given[start:]

    def _read(self, content: bytes, now: float) -> None:
        place = content.find(ENTITY_ID)
        if place >= 0:
            place += len(ENTITY_ID)
            number = content[content.find(NUMBER) + len(NUMBER) :].partition(b",")[0]
            self.crowd.latest = max(self.crowd.latest, int(number))
            self.crowd.received[content[place : place + UUID_LENGTH].decode()].append(now)
        elif content.startswith((b'{"type":"connected"', b'{"type":"subscribed"')):
            self._follow_next()
        elif content.startswith(b'{"type":"error"'):
            self._fail(content.decode())

    def _follow_next(self) -> None:
        room = next(self.rooms, None)
        if room is None:
            if not self.is_following.done():
                self.is_following.set_result(None)
            return
        asked = {"type": "subscribe", "room": room}
        named = asked if self.since is None else {**asked, "since": self.since}
        self._send(TEXT, json.dumps(named).encode())

    def _send(self, kind: int, content: bytes) -> None:
        long = len(content) > 125
        size = (
            bytes([0x80 | 126, *len(content).to_bytes(2)]) if long else bytes([0x80 | len(content)])
        )
        self.transport.write(bytes([kind]) + size + UNMASKED + content)

    def _fail(self, problem: str) -> None:
        self.crowd.problems.append(problem)
        if not self.is_following.done():
            self.is_following.set_result(None)


async def _open(crowd: Crowd, port: int, *given: Any) -> None:
    async with crowd.turns:
        loop = asyncio.get_running_loop()
        connection = loop.create_connection(lambda: Follower(crowd, *given), "127.0.0.1", port)
        _, follower = await connection
        await asyncio.wait_for(follower.is_following, PATIENCE)


async def run(work: Work) -> None:
    """Open all sockets, tell how long it took, and at each line of the input what arrived."""
    crowd = Crowd(asyncio.Semaphore(work.at_once))
    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for each in work.sockets:
            tasks.create_task(_open(crowd, work.port, *each))
    _tell({"began": began, "opened": time.monotonic()})
    while await asyncio.to_thread(sys.stdin.readline):
        _tell(crowd.told())


def _tell(found: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(found)}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(run(Work(**json.loads(sys.stdin.readline()))))
