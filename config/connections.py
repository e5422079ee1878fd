"""HTTP connections with limits on the request head, on slow clients and on their number.

uvicorn itself only closes connections that are idle after an answer. Bodies are limited in
`config.bodies`.
"""

from __future__ import annotations

import json
import resource
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from config import env
from config.socket_connections import SocketConnection

if TYPE_CHECKING:
    import asyncio

HEAD_SECONDS = env.seconds("WEB_HEAD_SECONDS", 15)
"""Time from the connection, or the previous answer, to the last header of a request."""
MOST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 100
MOST_PIPELINED = 8
MIN_DRAIN_RATE = 16 * 1024
"""Bytes per second of an answer that a client must read, measured over `DRAIN_WINDOW`."""
DRAIN_WINDOW = env.seconds("WEB_DRAIN_SECONDS", 10)
MOST_UNSENT = 128 * 1024 * 1024
"""Most bytes of unsent answers, over all connections."""
TICK = 1.0
OTHER_FILES = 128
"""File descriptors reserved for other use than connections: PostgreSQL, logs, libraries."""


class BadHead(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Connection(HttpToolsProtocol):
    waiting_since: float | None = None
    """Since when it waits for its client to send a request; None while one is answered."""
    head_begun = head_complete = False
    head_bytes = 0
    draining: tuple[float, int] | None = None
    """The start of the current window of slow-client detection: (time, unsent bytes then)."""
    problem: BadHead | None = None
    timer: asyncio.TimerHandle | None = None
    is_ending = False
    """Whether the server is being stopped."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.waiting_since = self.loop.time()
        self.timer = self.loop.call_later(TICK, self._check)
        if len(self.connections) - SocketConnection.amount > most_connections():
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_watching()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        self.is_ending = True
        super().shutdown()

    def handle_websocket_upgrade(self) -> None:
        self._stop_watching()
        super().handle_websocket_upgrade()

    def data_received(self, data: bytes) -> None:
        if self.head_begun and not self.head_complete:
            # Counted here because the parser reports only complete headers.
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
        # Trailers of a chunked body are dropped: they could forge a header that a proxy sets.
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
        """Refuse a request that cannot be parsed, without calling the application."""
        if self._is_answering():
            # The client would take the refusal for the answer to its previous request.
            self.transport.abort()
            return
        problem = self.problem or BadHead(400, "malformed", "The request is malformed.")
        refusal = {"success": False, "message": str(problem), "code": problem.code}
        body = json.dumps(refusal).encode()
        head = b"content-type: application/json\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(STATUS_LINE[problem.status] + head % len(body) + body)
        self.transport.close()

    def is_gone(self) -> bool:
        """Whether the connection is closed or closing, so that no answer can be sent."""
        return self.transport.is_closing()

    async def drain(self) -> None:
        """Wait until the client has read earlier answers, but for a small write buffer."""
        await self.flow.drain()

    def unsent(self) -> int:
        """Bytes in the write buffer."""
        return self.transport.get_write_buffer_size()

    def _is_answering(self) -> bool:
        """Whether an earlier request than the one being received is still being answered."""
        if self.cycle is None or self.cycle.response_complete:
            return False
        return bool(self.pipeline) or self.cycle.response_started or not self.cycle.more_body

    def _reject(self, problem: BadHead) -> None:
        """Raise out of the parser, upon which uvicorn calls `send_400_response`."""
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
        # Not while the client is still reading the previous answer.
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
        """Close the connection that has waited longest for a request, which may be this one."""
        waiting = [one for one in self._all() if one.waiting_since is not None]
        min(waiting, key=Connection._age).transport.abort()

    def _bound_unsent(self) -> None:
        """Close connections with the oldest unsent answers until the rest is within the limit."""
        behind = sorted((one for one in self._all() if one.unsent()), key=Connection._age)
        total = sum(map(Connection.unsent, behind))
        while total > MOST_UNSENT:
            oldest = behind.pop(0)
            total -= oldest.unsent()
            oldest.transport.abort()

    def _age(self) -> float:
        return self.waiting_since or 0.0

    def _all(self) -> list[Connection]:
        """All but WebSockets, which have left HTTP."""
        return [one for one in self.connections if isinstance(one, Connection)]

    def _stop_watching(self) -> None:
        if self.timer:
            self.timer.cancel()


@cache
def most_connections() -> int:
    """WEB_CONNECTIONS, or fewer if the hard limit of open files is lower.

    Raises the soft limit of open files if necessary, also for WEB_SOCKETS.
    """
    connections, sockets = env.natural("WEB_CONNECTIONS", 2000), env.natural("WEB_SOCKETS", 10_000)
    wanted = connections + sockets + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(min(connections, allowed - OTHER_FILES), 1)


def _too_large() -> BadHead:
    return BadHead(431, "headers_too_large", "The request's headers are too large.")
