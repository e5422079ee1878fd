"""Sockets that send what no HTTP library would, and the web server they are tried on."""

import re
import socket
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from tests.config.wire import Wire
from tests.support.cast import Cast

PATIENCE = 40.0


@dataclass(frozen=True)
class Server:
    process: Popen[bytes]
    cast: Cast
    wire: Wire
    """Of nobody."""
    lea: Wire

    def memory(self) -> int:
        """Bytes the process has in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        [kilobytes] = re.findall(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)
        return int(kilobytes) * 1024

    def connections(self) -> int:
        """How many it has open to its clients."""
        rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()]
        is_its_own, is_established = f":{self.wire.port:04X}", "01"
        return sum(row[1].endswith(is_its_own) and row[3] == is_established for row in rows)


class Sockets:
    """Opened here, and closed at the end of the test."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.stack = ExitStack()

    def open(self, sent: str = "", *, receive_buffer: int = 0) -> socket.socket:
        made = self.stack.enter_context(socket.socket())
        made.settimeout(PATIENCE)
        if receive_buffer:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        made.connect(("127.0.0.1", self.port))
        made.sendall(sent.encode())
        return made

    def ask(self, sent: str) -> str:
        return rest(self.open(sent))


def rest(one: socket.socket) -> str:
    """All that arrives until the server ends the connection."""
    received = b""
    with suppress(ConnectionResetError):
        while part := one.recv(65_536):
            received += part
    return received.decode()


def post(path: str, *headers: str, body: str = "", token: str = "") -> str:
    lines = [f"POST {path} HTTP/1.1", "host: localhost", "content-type: application/json", *headers]
    if token:
        lines.append(f"authorization: Bearer {token}")
    return "\r\n".join([*lines, "", body])
