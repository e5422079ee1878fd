"""WebSocket connections that end even if the client does not read, or sends what is malformed.

What many clients are sent costs little for each of them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame, Opcode
from websockets.protocol import State

if TYPE_CHECKING:
    import asyncio

    from uvicorn._types import ASGISendEvent

MALFORMED = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
CLOSE_SECONDS = 5.0
"""How long the client may take to answer that the connection is closed."""
SLOWEST = 8.0
"""Seconds that a client may take to read what was sent, until it is disconnected."""


@lru_cache(maxsize=16)
def framed(text: str) -> bytes:
    """The frame of a text; what many clients are sent is made, and waits to be read, once."""
    return Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


class SocketConnection(WebSocketsSansIOProtocol):
    amount: ClassVar[int] = 0
    """How many there are in this process."""
    slow_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        SocketConnection.amount += 1
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        SocketConnection.amount -= 1
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.handshake_exc is not None and not self.handshake_initiated:
            # The library has more limits on a head than HTTP, and answers nothing beyond them.
            self.transport.write(MALFORMED)
            self.transport.close()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.slow_timer = self.loop.call_later(SLOWEST, self.transport.abort)

    def resume_writing(self) -> None:
        self._stop_timer()
        super().resume_writing()

    def _stop_timer(self) -> None:
        if self.slow_timer is not None:
            self.slow_timer.cancel()
            self.slow_timer = None

    def handle_ping(self) -> None:
        if self.writable.is_set():
            super().handle_ping()
        else:  # its answers would be kept in memory
            self.transport.abort()

    def handle_cont(self, event: Frame) -> None:
        if event.data or event.fin:  # of empty ones there may be any number
            super().handle_cont(event)

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            # Not by uvicorn, which logs an error for each of them.
            self.conn.send_close(1007)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    async def send(self, message: ASGISendEvent) -> None:
        if self.transport.is_closing():
            raise ClientDisconnected
        if message["type"] == "websocket.send" and self._may_send_at_once():
            self.transport.write(framed(message["text"] or ""))
            return
        await self.writable.wait()
        if self.close_sent or (self.handshake_complete and self.transport.is_closing()):
            raise ClientDisconnected
        await super().send(message)
        if self.close_timer is not None:
            # uvicorn waits until what was sent has been read, which may be never.
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(CLOSE_SECONDS, self.transport.abort)

    def _may_send_at_once(self) -> bool:
        is_open = self.conn.state is State.OPEN and not self.transport.is_closing()
        return is_open and self.writable.is_set() and not self.close_sent

    def on_task_complete(self, task: asyncio.Task[None]) -> None:
        super().on_task_complete(task)
        if not self.writable.is_set():
            self.transport.abort()
        elif not self.disconnected and self.transport.get_write_buffer_size():
            self.loop.call_later(CLOSE_SECONDS, self.transport.abort)


def _is_text(content: bytes) -> bool:
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
