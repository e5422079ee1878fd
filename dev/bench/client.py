"""The load generator: keep-alive connections in a separate process, with little overhead."""

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from typing import Any

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "
PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """What to send for how long; connection n repeats request n."""

    port: int
    seconds: float
    requests: list[str]
    status: int


@dataclass(eq=False)
class Connection:
    request: bytes
    socket: socket.socket
    sent_at: float = 0.0
    waits: list[float] = field(default_factory=list)
    taken: int = 0
    """The bytes of all answers."""

    def send(self) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(self.request)

    def receive(self, *expected: bytes) -> bytes:
        """Read one whole answer and return its status; SystemExit if it is not expected."""
        answer = self.socket.recv(1 << 20)
        while END_OF_HEAD not in answer:
            answer += self._more()
        head, _, body = answer.partition(END_OF_HEAD)
        status = head.split(b" ", 2)[1]
        if status not in expected:
            raise SystemExit(answer.decode(errors="replace"))
        length = int(head.lower().split(LENGTH, 1)[1].split(b"\r\n", 1)[0])
        self.taken += len(head) + len(END_OF_HEAD) + length
        missing = length - len(body)
        while missing > 0:
            missing -= len(self._more())
        self.waits.append(time.perf_counter() - self.sent_at)
        return status

    def _more(self) -> bytes:
        chunk = self.socket.recv(1 << 20)
        if not chunk:
            raise SystemExit("The server closed the connection.")
        return chunk


def run(load: Load) -> dict[str, Any]:
    """Run the load; returns the seconds of each answer and in all, and the bytes of all answers."""
    status = str(load.status).encode()
    connections = [connect(load.port, request) for request in load.requests]
    start = time.perf_counter()
    _drive(connections, start + load.seconds, status)
    waits = [wait for connection in connections for wait in connection.waits]
    taken = sum(connection.taken for connection in connections)
    return {"waits": waits, "seconds": time.perf_counter() - start, "bytes": taken}


def connect(port: int, request: str) -> Connection:
    peer = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(request.encode(), peer)


def _drive(connections: list[Connection], deadline: float, status: bytes) -> None:
    selector = selectors.DefaultSelector()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    busy = len(connections)
    while busy:
        for key, _ in selector.select():
            key.data.receive(status)
            if time.perf_counter() < deadline:
                key.data.send()
            else:
                busy -= 1


if __name__ == "__main__":
    json.dump(run(Load(**json.load(sys.stdin))), sys.stdout)
