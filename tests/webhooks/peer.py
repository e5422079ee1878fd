"""The other side: a server that takes posts, and says what each of them was."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

Answering = Callable[["Conversation"], None]


class Heard(NamedTuple):
    """A post; `at` is when it came, on the clock of `time.monotonic`."""

    path: str
    headers: dict[str, str]
    text: str
    at: float

    @property
    def body(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found


class Peer(ThreadingHTTPServer):
    """Answers with `status`, unless `answering` does; `most_at_once` counts what overlaps."""

    daemon_threads = True

    def __init__(self) -> None:
        self.status = 204
        self.answering: Answering | None = None
        self.heard: list[Heard] = []
        self.connections = self.running = self.most_at_once = 0
        self.counting = threading.Lock()
        super().__init__(("127.0.0.1", 0), Conversation)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook"

    def verify_request(self, request: Any, client_address: Any) -> bool:
        self.connections += 1
        return True


class Conversation(BaseHTTPRequestHandler):
    server: Peer

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"])).decode()
        heard = Heard(self.path, dict(self.headers.items()), text, time.monotonic())
        with self.server.counting:
            self.server.running += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.running)
            self.server.heard.append(heard)
        try:
            if self.server.answering:
                self.server.answering(self)
            else:
                self.answer(self.server.status)
        except OSError:
            pass  # they have left
        finally:
            with self.server.counting:
                self.server.running -= 1

    def answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: Any, **named: Any) -> None:
        pass


def after(release: threading.Event, most: float) -> Answering:
    """Answers once it is told to, or after so many seconds."""

    def answer(conversation: Conversation) -> None:
        release.wait(most)
        conversation.answer(204)

    return answer


@contextmanager
def listening() -> Iterator[Peer]:
    with Peer() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
