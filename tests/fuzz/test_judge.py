"""bin/fuzz fails where the document is wrong, and only there."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from config.env import ROOT

# Of several documents, one after the other.
JUDGE = """
import sys
from dev.fuzz.runs import judge

for server in sys.argv[1:]:
    print("code", judge(server, "--max-examples=2", "--seed=1"), flush=True)
"""


def document(schema: dict[str, Any]) -> dict[str, Any]:
    """Of one operation, which answers `{"time": "09:30:00"}`."""
    body = {"type": "object", "required": ["time"], "properties": {"time": schema}}
    answer = {"description": "", "content": {"application/json": {"schema": body}}}
    operation = {"operationId": "time", "responses": {"200": answer}}
    return {
        "openapi": "3.1.1",
        "info": {"title": "A clock", "version": "1"},
        "paths": {"/time": {"get": operation}},
    }


class Silent(WSGIRequestHandler):
    def log_message(self, *words: Any) -> None:
        """Requests are told of by the judge."""


def serve(schema: dict[str, Any]) -> Any:
    """The application of this document."""
    answers = {"/time": {"time": "09:30:00"}, "/api/schema": document(schema)}

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        is_read = environ["REQUEST_METHOD"] == "GET"
        status = "200 OK" if is_read else "405 Method Not Allowed"
        start_response(status, [("Content-Type", "application/json"), ("Allow", "GET")])
        return [json.dumps(answers.get(environ["PATH_INFO"])).encode()]

    return application


@contextmanager
def clock(schema: dict[str, Any]) -> Iterator[str]:
    with make_server("127.0.0.1", 0, serve(schema), handler_class=Silent) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_wrong_document_fails() -> None:
    right, wrong = {"type": "string"}, {"type": "string", "format": "time"}
    with clock(right) as first, clock(wrong) as second:
        argv = [sys.executable, "-c", JUDGE, first, second]
        ended = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    of_right, code, of_wrong = ended.stdout.partition("code 0\n")
    assert (code, of_wrong[-7:]) == ("code 0\n", "code 1\n"), ended.stdout
    problem = '"09:30:00" is not a "time"'
    assert (problem in of_right, problem in of_wrong) == (False, True)
