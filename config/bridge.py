"""ASGI application that runs Django's WSGI application in threads, which never wait for clients.

The event loop reads the body before a thread is used, and sends the answer after it is free again.
"""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from config.bodies import LONGEST_UPLOAD, MOST_UPLOADED, Bodies, Disconnected, Spool
from config.environ import SentFile, environ_of
from config.middleware import REFUSAL
from config.start_check import is_probe
from config.uploads import LARGEST_UPLOAD, largest_upload, may_pass_file_on
from core.errors import Refusal, Unavailable
from core.lock_waits import RUN, Run

if TYPE_CHECKING:
    from collections.abc import (
        AsyncGenerator,
        AsyncIterator,
        Awaitable,
        Callable,
        Iterable,
        MutableMapping,
    )

    from config.bodies import Body
    from config.connections import Connection

    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    Environ = dict[str, Any]
    Headers = list[tuple[bytes, bytes]]
    WSGIApplication = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

LINGER_SECONDS = 2.0
"""How long the rest of a refused body is read and dropped, so that the client reads the answer."""
PROBE_THREADS = 2
"""Threads for probes of an orchestrator, which must not queue behind other requests."""
PIECE = 256 * 1024
WITHOUT_BODY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


@dataclass
class Answer:
    status: int
    headers: Headers
    content: bytes
    file: SentFile | None = None
    """What is sent in place of the content."""
    live: Callable[[], AsyncGenerator[bytes]] | None = None
    """Gives what is sent as long as the client reads."""


class Bridge:
    def __init__(
        self, application: WSGIApplication, *, threads: int, lock_seconds: int, most_bytes: int
    ) -> None:
        """`lock_seconds`: how long a request that found a row locked waits, without a thread."""
        self.application = application
        self.lock_seconds = lock_seconds
        self.bodies = Bodies(most_bytes)
        self.uploads = Bodies(
            LARGEST_UPLOAD, body=Spool, most_held=MOST_UPLOADED, longest=LONGEST_UPLOAD
        )
        self.threads = ThreadPoolExecutor(threads, "http")
        # At most half of the threads wait for row locks, so that the others serve requests.
        self.turns = asyncio.Semaphore(max(threads // 2, 1))
        # Nor do more wait for where files are kept, which may be slow.
        self.file_turns = asyncio.Semaphore(max(threads // 2, 1))
        self.probes = ThreadPoolExecutor(PROBE_THREADS, "probes")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        connection = cast("Connection", scope["extensions"]["gantry.connection"])
        await connection.drain()
        try:
            bodies = self.uploads if largest_upload(*_kind(scope)) else self.bodies
            async with (
                bodies.read(receive, _declared(scope["headers"])) as body,
                self._turn_for_file(scope),
            ):
                answer = await self._answer(scope, body, connection)
        except Disconnected:
            return
        except Refusal as refusal:
            # Answered by Django's middleware, for the envelope, the headers and the log.
            environ = {**environ_of(scope, b""), REFUSAL: refusal}
            await _send_early(await self._compute(environ, connection), receive, send)
        else:
            if answer is not None and answer.live is not None and scope["method"] != "HEAD":
                await _send_live(answer, answer.live, connection, send)
            else:
                await _send(answer, send)

    async def _answer(self, scope: Message, body: Body, connection: Connection) -> Answer | None:
        """The answer of the first run, or of a second one if the first found a row locked.

        The second run waits for locks. Requests get there in order of arrival, 503 after
        LOCK_SECONDS.
        """
        run = Run()
        answer = await self._compute({**environ_of(scope, body), RUN: run}, connection)
        if not run.is_put_off:
            return answer
        try:
            await asyncio.wait_for(self.turns.acquire(), self.lock_seconds)
        except TimeoutError:
            refused = {**environ_of(scope, b""), REFUSAL: Unavailable(retry_after=1)}
            return await self._compute(refused, connection)
        try:
            again = Run(may_wait=True, is_counted=run.is_counted)
            return await self._compute({**environ_of(scope, body), RUN: again}, connection)
        finally:
            self.turns.release()

    @asynccontextmanager
    async def _turn_for_file(self, scope: Message) -> AsyncIterator[None]:
        """Wait until few enough others pass a file on, if the request may; else Unavailable."""
        if not may_pass_file_on(*_kind(scope)):
            yield
            return
        try:
            await asyncio.wait_for(self.file_turns.acquire(), self.lock_seconds)
        except TimeoutError:
            raise Unavailable(retry_after=1) from None
        try:
            yield
        finally:
            self.file_turns.release()

    async def _compute(self, environ: Environ, connection: Connection) -> Answer | None:
        def compute() -> Answer | None:
            # The client may have disconnected while the request waited for a thread.
            return None if connection.is_gone() else _call(self.application, environ)

        context = contextvars.copy_context()
        threads = self.probes if is_probe(environ["PATH_INFO"]) else self.threads
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(threads, context.run, compute)

    def stop(self) -> None:
        """Accept no more requests."""
        self.threads.shutdown(wait=False)
        self.probes.shutdown(wait=False)


def _declared(headers: Headers) -> int | None:
    """The declared size of the body, 0 if it is chunked, None if there is no body."""
    named = dict(headers)
    if b"transfer-encoding" in named:
        return 0
    # The HTTP parser has refused values that are not numbers.
    return int(named[b"content-length"]) if b"content-length" in named else None


def _kind(scope: Message) -> tuple[str, str, str]:
    """Method, path and content type, by which `config.uploads` tells requests with files."""
    content_type = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
    return scope["method"], scope["path"], content_type


def _call(application: WSGIApplication, environ: Environ) -> Answer:
    """Run the application, read its whole answer and close it."""
    answer = Answer(HTTPStatus.INTERNAL_SERVER_ERROR, [], b"")
    written: list[bytes] = []

    def start_response(
        status: str, headers: list[tuple[str, str]], problem: object = None
    ) -> Callable[[bytes], None]:
        answer.status = int(status.split(" ", 1)[0])
        answer.headers = [(k.lower().encode("latin1"), v.encode("latin1")) for k, v in headers]
        return written.append

    parts = application(environ, start_response)
    if isinstance(parts, SentFile):
        answer.file = parts
        return answer
    answer.live = getattr(parts, "live", None)
    try:
        written += parts
    finally:
        getattr(parts, "close", lambda: None)()
    answer.content = b"".join(written)
    return answer


async def _send(answer: Answer | None, send: Send, *, more: bool = False) -> None:
    if answer is None:
        return
    if answer.file:
        await _send_file(answer, answer.file, send)
        return
    if answer.status not in WITHOUT_BODY and b"content-length" not in dict(answer.headers):
        answer.headers.append((b"content-length", b"%d" % len(answer.content)))
    start = {"status": answer.status, "headers": answer.headers}
    await send({"type": "http.response.start", **start})
    await send({"type": "http.response.body", "body": answer.content, "more_body": more})


async def _send_live(
    answer: Answer, live: Callable[[], AsyncGenerator[bytes]], connection: Connection, send: Send
) -> None:
    """Send pieces as they come, until there are no more or the client or the server ends."""
    headers = [each for each in answer.headers if each[0] != b"content-length"]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    async with aclosing(live()) as pieces:
        async for piece in pieces:
            if connection.is_gone() or connection.is_ending:
                break
            if piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body"})


async def _send_file(answer: Answer, sent: SentFile, send: Send) -> None:
    """Read and send piece by piece: `send` waits for the client, and no thread does."""
    try:
        start = {"status": answer.status, "headers": answer.headers}
        await send({"type": "http.response.start", **start})
        while piece := await asyncio.to_thread(sent.file.read, PIECE):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body"})
    finally:
        sent.close()


async def _send_early(answer: Answer | None, receive: Receive, send: Send) -> None:
    """Answer while the client still sends, and read on for LINGER_SECONDS before closing.

    Closing at once would reset the connection before the client has read the answer.
    """
    if answer is None:
        return
    answer.headers.append((b"connection", b"close"))
    await _send(answer, send, more=True)
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_SECONDS):
            while (message := await receive())["type"] == "http.request":
                if not message.get("more_body"):
                    break
    await send({"type": "http.response.body"})
