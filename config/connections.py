"""Limits of HTTP connections: of a request's head, of the time to take an answer, of their number.

uvicorn itself only ends a connection that idles after an answer. Bodies are limited in
`config.bodies`.
"""

from __future__ import annotations

import json
import resource
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from config import env

if TYPE_CHECKING:
    import asyncio

HEAD_SECONDS = env.natural("WEB_HEAD_SECONDS", 15)
"""From the connection, or the last answer, to the last header of the request."""
MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 100
MOST_PIPELINED = 8
MIN_DRAIN_RATE = 16 * 1024
"""Bytes per second a client has to take of an answer, measured over `DRAIN_WINDOW`."""
DRAIN_WINDOW = env.natural("WEB_DRAIN_SECONDS", 10)
MOST_UNSENT = 128 * 1024 * 1024
"""Bytes of answers, over all connections, that clients have not taken yet."""
TICK = 1.0
OTHER_FILES = 128
"""Open files of the process besides connections: PostgreSQL, logs, libraries."""


class BadHead(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Connection(HttpToolsProtocol):
    waiting_since: float | None = None
    """When it began to wait for its client to finish a request; None while one is answered."""
    head_begun = head_complete = False
    head_bytes = 0
    draining: tuple[float, int] | None = None
    """When this many bytes of an answer were still to be taken by the client."""
    problem: BadHead | None = None
    timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.waiting_since = self.loop.time()
        self.timer = self.loop.call_later(TICK, self._check)
        if len(self.connections) > most_connections():
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._stop_watching()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        if self.head_begun and not self.head_complete:
            # The parser reports a header when it is complete, which an endless one never is.
            self.head_bytes += len(data)
            if self.head_bytes > MOST_HEAD_BYTES:
                self.problem = _too_large()
                self.send_400_response(str(self.problem))
                return
        super().data_received(data)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.head_begun, self.head_complete, self.head_bytes = True, False, 0
        cast("dict[str, Any]", self.scope)["extensions"] = {"gantry.connection": self}

    def on_header(self, name: bytes, value: bytes) -> None:
        # What follows a chunked body could pose as a header that a proxy sets.
        if not self.head_complete:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self.head_complete = True
        size = len(self.url) + sum(len(name) + len(value) for name, value in self.headers)
        if size > MOST_HEAD_BYTES or len(self.headers) > MOST_HEADERS:
            self._reject(_too_large())
        if len(self.pipeline) >= MOST_PIPELINED:
            self._reject(BadHead(429, "too_many_requests", "Too many requests at once."))
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.waiting_since, self.head_begun = None, False
        super().on_message_complete()

    def on_response_complete(self) -> None:
        if not self.pipeline:
            self.waiting_since = self.loop.time()
        super().on_response_complete()
        if self.unsent():
            self._bound_unsent()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed; no application hears of it."""
        if self._is_answering():
            # The refusal would be taken for the answer to the request before.
            self.transport.abort()
            return
        problem = self.problem or BadHead(400, "malformed", "The request is malformed.")
        refusal = {"success": False, "message": str(problem), "code": problem.code}
        body = json.dumps(refusal).encode()
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[problem.status] + head % len(body) + body)
        self.transport.close()

    def is_gone(self) -> bool:
        """Whether nobody would read an answer."""
        return self.transport.is_closing()

    async def drain(self) -> None:
        """Wait until the client has taken the answers to its earlier requests."""
        await self.flow.drain()

    def unsent(self) -> int:
        """Bytes written that the client has not made room for."""
        return self.transport.get_write_buffer_size()

    def _is_answering(self) -> bool:
        """Whether requests before the one being read still wait for their answers."""
        if self.cycle is None or self.cycle.response_complete:
            return False
        return bool(self.pipeline) or self.cycle.response_started or not self.cycle.more_body

    def _reject(self, problem: BadHead) -> None:
        """Leave the parser, which makes uvicorn refuse the request."""
        self.problem = problem
        raise problem

    def _check(self) -> None:
        self.timer = self.loop.call_later(TICK, self._check)
        now = self.loop.time()
        if self._is_head_late(now) and not self.transport.is_closing():
            if self.head_begun:
                self.problem = BadHead(408, "request_timeout", "The request took too long.")
                self.send_400_response(str(self.problem))
            else:
                self.transport.close()
        if self._is_client_too_slow(now):
            self.transport.abort()

    def _is_head_late(self, now: float) -> bool:
        if self.waiting_since is None or (self.head_begun and self.head_complete):
            return False
        # While an answer is under way, its client is busy with that.
        return now - self.waiting_since > HEAD_SECONDS and not self.unsent()

    def _is_client_too_slow(self, now: float) -> bool:
        unsent = self.unsent()
        if not unsent:
            self.draining = None
        elif self.draining is None or unsent > self.draining[1]:
            self.draining = (now, unsent)
        elif now - self.draining[0] >= DRAIN_WINDOW:
            since, before = self.draining
            self.draining = (now, unsent)
            return before - unsent < MIN_DRAIN_RATE * (now - since)
        return False

    def _make_room(self) -> None:
        """End the connection that has waited longest for its client, which may be this one."""
        waiting = [one for one in self._all() if one.waiting_since is not None]
        min(waiting, key=Connection._age).transport.abort()

    def _bound_unsent(self) -> None:
        """End the connections with the oldest answers until what is left of the others fits."""
        behind = sorted((one for one in self._all() if one.unsent()), key=Connection._age)
        total = sum(map(Connection.unsent, behind))
        while total > MOST_UNSENT:
            oldest = behind.pop(0)
            total -= oldest.unsent()
            oldest.transport.abort()

    def _age(self) -> float:
        return self.waiting_since or 0.0

    def _all(self) -> set[Connection]:
        return cast("set[Connection]", self.connections)

    def _stop_watching(self) -> None:
        if self.timer:
            self.timer.cancel()


@cache
def most_connections() -> int:
    """As many as are wanted and the system allows, which is asked for more if that helps."""
    wanted = env.natural("WEB_CONNECTIONS", 2000) + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(allowed - OTHER_FILES, 1)


def _too_large() -> BadHead:
    return BadHead(431, "headers_too_large", "The request's headers are too large.")
