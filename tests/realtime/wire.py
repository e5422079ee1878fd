"""A client of sockets that may also send what no library would, and one of streams."""

from __future__ import annotations

import json
import socket
import struct
import time
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Self

from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

if TYPE_CHECKING:
    from websockets.typing import Subprotocol

    from accounts.models import User

PATIENCE = 20.0
"""Seconds within which anything has to arrive."""


class Socket:
    """A connection to `/ws`; `code` is that with which the server has closed it.

    0 if it was ended without one.
    """

    def __init__(
        self,
        port: int,
        token: str = "",
        *,
        query: str = "",
        path: str = "/ws",
        receive_buffer: int = 0,
        protocols: list[Subprotocol] | None = None,
        **headers: str,
    ) -> None:
        self._raw = socket.socket()
        self._raw.settimeout(PATIENCE)
        if receive_buffer:
            self._raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._raw.connect(("127.0.0.1", port))
        self._protocol = ClientProtocol(
            parse_uri(f"ws://127.0.0.1:{port}{path}{query}"), subprotocols=protocols
        )
        self._said: list[dict[str, Any]] = []
        self._is_over = False
        self.code = 0
        self.response: Any = None
        request = self._protocol.connect()
        given = {"Authorization": f"Bearer {token}"} if token else {}
        for name, value in {**given, **headers}.items():
            request.headers[name.replace("_", "-")] = value
        self._protocol.send_request(request)
        self._flush()
        while self.response is None and not self._is_over:
            self._receive()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def status(self) -> int:
        return int(self.response.status_code)

    def say(self, kind: str, room: str | None = None, **more: Any) -> None:
        named = {"room": room} if room is not None else {}
        self.write(json.dumps({"type": kind, **named, **more}))

    def write(self, content: str | bytes) -> None:
        """A frame: of text, or a binary one."""
        if isinstance(content, str):
            self._protocol.send_text(content.encode())
        else:
            self._protocol.send_binary(content)
        self._flush()

    def write_bad_text(self, content: bytes) -> None:
        self._protocol.send_text(content)
        self._flush()

    def write_raw(self, content: bytes) -> None:
        """Octets as they are, such as half a frame."""
        self._raw.sendall(content)

    def ping(self, content: bytes) -> None:
        self._protocol.send_ping(content)
        self._flush()

    def hear(self, patience: float = PATIENCE) -> dict[str, Any]:
        """The next message."""
        deadline = time.monotonic() + patience
        while not self._said:
            assert not self._is_over, f"ended with {self.code}"
            assert time.monotonic() < deadline, "heard nothing"
            self._receive(deadline)
        return self._said.pop(0)

    def until(self, *kinds: str, patience: float = PATIENCE) -> list[dict[str, Any]]:
        """All messages up to the first of these types."""
        found = [self.hear(patience)]
        while found[-1]["type"] not in kinds:
            found.append(self.hear(patience))
        return found

    def until_here(self, person: User) -> list[dict[str, Any]]:
        """All messages until this person comes into a room; others may come before."""
        found = self.until("presence:joined")
        while found[-1]["person"]["id"] != person.public_id:
            found += self.until("presence:joined")
        return found

    def follow(self, room: str, since: int | None = None) -> dict[str, Any]:
        """Subscribe; the answer."""
        self.say("subscribe", room, **({} if since is None else {"since": since}))
        return self.until("subscribed")[-1]

    def end(self, patience: float = PATIENCE) -> list[dict[str, Any]]:
        """What is said until the server ends the connection."""
        deadline = time.monotonic() + patience
        while not self._is_over:
            assert time.monotonic() < deadline, "is still open"
            self._receive(deadline)
        return self._said

    def close(self) -> None:
        self._raw.close()

    def reset(self) -> None:
        """Disconnect as somebody whose machine has crashed."""
        self._raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._raw.close()

    def _receive(self, deadline: float | None = None) -> None:
        left = PATIENCE if deadline is None else max(deadline - time.monotonic(), 0.01)
        self._raw.settimeout(left)
        try:
            part = self._raw.recv(65_536)
        except TimeoutError:
            return
        except OSError:
            part = b""
        if part:
            self._protocol.receive_data(part)
        else:
            self._protocol.receive_eof()
            self._is_over = True
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                self._note(event)
            else:
                self.response = event
        with suppress(OSError):
            self._flush()

    def _note(self, frame: Frame) -> None:
        if frame.opcode is Opcode.TEXT:
            self._said.append(json.loads(bytes(frame.data)))
        elif frame.opcode is Opcode.CLOSE:
            [self.code] = struct.unpack("!H", bytes(frame.data[:2]))

    def _flush(self) -> None:
        for part in self._protocol.data_to_send():
            if part:
                self._raw.sendall(part)


class Stream:
    """Server-sent events, one after the other; `events` may end."""

    def __init__(self, port: int, token: str, path: str, **headers: str) -> None:
        self._raw = socket.create_connection(("127.0.0.1", port), PATIENCE)
        lines = [f"GET {path} HTTP/1.1", "Host: localhost", f"Authorization: Bearer {token}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        self._raw.sendall("\r\n".join([*lines, "", ""]).encode())
        self._file = self._raw.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers: dict[str, str] = {}
        while line := self._file.readline().strip().decode():
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
        self._text = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def hear(self) -> dict[str, str]:
        """The next event, as its fields; {} at the end."""
        while True:
            while "\n\n" not in self._text:
                part = self._piece()
                if not part:
                    return {}
                self._text += part
            event, _, self._text = self._text.partition("\n\n")
            lines = [line.partition(": ") for line in event.splitlines()]
            fields = {name: value for name, _, value in lines if name not in ("", ":", "retry")}
            if fields:
                return fields

    def data(self) -> Any:
        """What the next event says."""
        return json.loads(self.hear()["data"])

    def _piece(self) -> str:
        size = int(self._file.readline().strip() or b"0", 16)
        part = self._file.read(size).decode()
        self._file.readline()
        return part

    def close(self) -> None:
        self._file.close()
        self._raw.close()


class Opened:
    """Sockets and streams of a test, which are closed at its end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.stack = ExitStack()

    def socket(self, token: str = "", **more: Any) -> Socket:
        """A socket, of which nothing has been heard."""
        return self.stack.enter_context(Socket(self.port, token, **more))

    def greeted(self, token: str, **more: Any) -> Socket:
        """A socket that has heard that it is connected."""
        made = self.socket(token, **more)
        assert made.hear()["type"] == "connected"
        return made

    def stream(self, token: str, path: str, **headers: str) -> Stream:
        return self.stack.enter_context(Stream(self.port, token, path, **headers))
