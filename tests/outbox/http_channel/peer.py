"""The other side of the second channel: a server of this test."""

import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Peer(ThreadingHTTPServer):
    """`answers` are given first, one for each note; only what is answered with 200 is `taken`."""

    def __init__(self) -> None:
        self.answers: list[HTTPStatus] = []
        self.taken: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), _Conversation)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Conversation(BaseHTTPRequestHandler):
    server: Peer

    def do_POST(self) -> None:
        note = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.server.answers.pop(0) if self.server.answers else HTTPStatus.OK
        if status == HTTPStatus.OK:
            self.server.taken.append(note)
        self.send_response(status)
        self.end_headers()

    def log_message(self, *args: Any, **named: Any) -> None:
        pass
