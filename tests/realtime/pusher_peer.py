"""The other side of the channel for Pusher: a server of these tests that speaks its HTTP API."""

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

APP_ID, KEY, SECRET = "42", "key-of-pages", "hunter2"
LARGEST = 10 * 1024
"""The most bytes of an event's data."""


class Heard(NamedTuple):
    """An event that was accepted, with its data as clients get it."""

    channels: list[str]
    name: str
    data: Any


class PusherPeer(ThreadingHTTPServer):
    """`answers` are given first, one for each request; what is answered with 200 is `heard`."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: list[HTTPStatus] = []
        self.heard: list[Heard] = []
        self.connections = 0
        self.requests = 0
        self.pause = 0.0
        super().__init__(("127.0.0.1", 0), _Conversation)

    @property
    def variables(self) -> dict[str, str]:
        """The environment of programs that use it."""
        names = {"APP_ID": APP_ID, "KEY": KEY, "SECRET": SECRET, "CLUSTER": "test"}
        names["HOST"] = f"http://127.0.0.1:{self.server_port}"
        return {f"PUSHER_{name}": value for name, value in names.items()}


class _Conversation(BaseHTTPRequestHandler):
    server: PusherPeer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests += 1
        time.sleep(self.server.pause)
        status = self._judged(body)
        if status == HTTPStatus.OK:
            said = json.loads(body)
            heard = Heard(said["channels"], said["name"], json.loads(said["data"]))
            self.server.heard.append(heard)
        answer = b"{}" if status == HTTPStatus.OK else f"not taken: {status.phrase}\n".encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(answer)))
        with suppress(OSError):  # the other side has given up
            self.end_headers()
            self.wfile.write(answer)

    def _judged(self, body: bytes) -> HTTPStatus:
        """As Pusher's reference of its HTTP API says."""
        if self.server.answers:
            return self.server.answers.pop(0)
        path, query = urlsplit(self.path).path, dict(parse_qsl(urlsplit(self.path).query))
        given = query.pop("auth_signature")
        signed = "\n".join(["POST", path, "&".join(f"{k}={query[k]}" for k in sorted(query))])
        right = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
        is_ours = hmac.compare_digest(given, right) and query["auth_key"] == KEY
        is_fresh = abs(time.time() - int(query["auth_timestamp"])) < 600
        is_whole = query["body_md5"] == hashlib.md5(body, usedforsecurity=False).hexdigest()
        if not (is_ours and is_fresh and is_whole and path == f"/apps/{APP_ID}/events"):
            return HTTPStatus.UNAUTHORIZED
        is_small = len(json.loads(body)["data"].encode()) <= LARGEST
        return HTTPStatus.OK if is_small else HTTPStatus.REQUEST_ENTITY_TOO_LARGE

    def log_message(self, *args: Any, **named: Any) -> None:
        pass


@contextmanager
def listening() -> Iterator[PusherPeer]:
    with PusherPeer() as server:
        thread = Thread(target=server.serve_forever, args=[0.05])
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
