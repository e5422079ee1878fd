"""A line to a server that can be slow, or break in the middle of an answer."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from threading import Thread
from typing import Self
from urllib.parse import urlsplit

PIECE = 64 * 1024
METHOD = re.compile(rb"([A-Z]+) \S+ HTTP/1")


class Line:
    """Passes bytes on between clients and the server at `target`, an http:// address."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self.target = (str(parts.hostname), int(parts.port or 80))
        self.pause = 0.0
        """Seconds before each piece of at most PIECE bytes, in both directions."""
        self.most_answered: int | None = None
        """Bytes of an answer after which the connection ends; None without an end."""
        self.delays: dict[str, float] = {}
        """Seconds before a request, by its method."""
        self.asked: list[str] = []
        """The methods of the requests that passed."""
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def __enter__(self) -> Self:
        Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._door.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection(self.target)
                for ends, to_client in (((client, server), False), ((server, client), True)):
                    facts = {"is_answer": to_client}
                    Thread(target=self._pass_on, args=ends, kwargs=facts, daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket, *, is_answer: bool) -> None:
        passed = 0
        with suppress(OSError), closing(source), _ended(sink):
            while piece := source.recv(PIECE):
                if not is_answer and (method := METHOD.match(piece)):
                    self.asked.append(method[1].decode())
                    time.sleep(self.delays.get(self.asked[-1], 0))
                time.sleep(self.pause)
                if is_answer and self.most_answered is not None:
                    piece = piece[: self.most_answered - passed]
                sink.sendall(piece)
                passed += len(piece)
                if is_answer and passed == self.most_answered:
                    return


@contextmanager
def _ended(one: socket.socket) -> Iterator[None]:
    """Closed at the end, though another thread is reading from it."""
    try:
        yield
    finally:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
