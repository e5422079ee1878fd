"""The load generator: keep-alive connections in a separate process, with little overhead."""

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "
UNCHANGED = b"304"
PATIENCE = 10.0


@dataclass(frozen=True, kw_only=True)
class Load:
    """What to send for how long; connection n repeats its requests in turn."""

    port: int
    seconds: float
    requests: list[list[str]]
    statuses: list[int]


@dataclass(eq=False)
class Connection:
    requests: Iterator[bytes]
    socket: socket.socket
    sent_at: float = 0.0
    waits: list[float] = field(default_factory=list)
    taken: int = 0
    """The bytes of all answers."""

    def send(self) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(next(self.requests))

    def receive(self, *expected: bytes) -> bytes:
        """Read one whole answer and return its status; SystemExit if it is not expected."""
        answer = self.socket.recv(1 << 20)
        while END_OF_HEAD not in answer:
            answer += self._more()
        head, _, body = answer.partition(END_OF_HEAD)
        status = head.split(b" ", 2)[1]
        if status not in expected:
            raise SystemExit(answer.decode(errors="replace"))
        length = 0 if status == UNCHANGED else _length(head)
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
    statuses = [str(status).encode() for status in load.statuses]
    connections = [connect(load.port, requests) for requests in load.requests]
    start = time.perf_counter()
    _drive(connections, start + load.seconds, statuses)
    waits = [wait for connection in connections for wait in connection.waits]
    taken = sum(connection.taken for connection in connections)
    return {"waits": waits, "seconds": time.perf_counter() - start, "bytes": taken}


def connect(port: int, requests: list[str]) -> Connection:
    peer = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return Connection(cycle([request.encode() for request in requests]), peer)


def _length(head: bytes) -> int:
    return int(head.lower().split(LENGTH, 1)[1].split(b"\r\n", 1)[0])


def _drive(connections: list[Connection], deadline: float, statuses: list[bytes]) -> None:
    selector = selectors.DefaultSelector()
    for connection in connections:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    busy = len(connections)
    while busy:
        for key, _ in selector.select():
            key.data.receive(*statuses)
            if time.perf_counter() < deadline:
                key.data.send()
            else:
                busy -= 1


if __name__ == "__main__":
    json.dump(run(Load(**json.load(sys.stdin))), sys.stdout)
