"""Requests at the edges of HTTP, sent to a real server."""

import json

import pytest

from tasks.models import Task
from tests.config.raw import Server, Sockets, post

CHUNKED = ("transfer-encoding: chunked", "connection: close")
GET = "GET /livez HTTP/1.1\r\nhost: localhost\r\n"
AMBIGUOUS = [
    ("content-length: -1",),
    ("content-length: +1",),
    ("content-length: 1x",),
    ("content-length: 0x1",),
    ("content-length: 1_0",),
    ("content-length: 99999999999999999999999999",),
    ("content-length: 1", "content-length: 2"),
    ("content-length: 1", "content-length: 1"),
    ("content-length: 1, 1",),
    ("content-length: 1", "transfer-encoding: chunked"),
    ("transfer-encoding: chunked", "content-length: 1"),
    ("transfer-encoding: gzip",),
    ("transfer-encoding: chunked, gzip",),
    (" folded: yes",),
    ("no colon",),
    ("a b: c",),
    ("x: \0",),
]
LARGE_HEADS = [
    "\r\n".join(f"x-{n}: y" for n in range(200)) + "\r\n\r\n",
    "cookie: " + "x" * 100_000 + "\r\n\r\n",
    "cookie: " + "x" * 600_000,
]
TOO_MUCH = 3 * 1024 * 1024


def chunks(*parts: str, end: str = "0\r\n\r\n") -> str:
    return "".join(f"{len(part):x}\r\n{part}\r\n" for part in parts) + end


@pytest.mark.parametrize("further", [(), ("expect: 100-continue",)], ids=["at once", "continue"])
def test_a_chunked_body_creates_a_task(
    server: Server, sockets: Sockets, further: tuple[str, ...]
) -> None:
    title = f"Oil it, {further}"
    body = json.dumps({"title": title, "description": "x" * 40_000})
    path = f"/api/projects/{server.cast.project.pk}/tasks"
    headers = (*CHUNKED, *further)
    sent = post(path, *headers, body=chunks(body[:5], body[5:]), token=server.lea.token)
    answer = sockets.ask(sent)
    assert "HTTP/1.1 201 Created\r\n" in answer
    assert answer.startswith("HTTP/1.1 100 Continue\r\n") is bool(further)
    assert Task.objects.filter(title=title).count() == 1


@pytest.mark.parametrize("told", [True, False], ids=["announced", "chunked"])
def test_a_body_that_is_too_large_is_refused_readably(
    server: Server, sockets: Sockets, *, told: bool
) -> None:
    body = "x" * TOO_MUCH
    length = f"content-length: {TOO_MUCH}"
    sent = post("/", length, body=body) if told else post("/", *CHUNKED, body=chunks(body))
    head, _, content = sockets.ask(sent).partition("\r\n\r\n")
    assert head.startswith("HTTP/1.1 413 ")
    assert "\r\nconnection: close" in head
    assert json.loads(content)["code"] == "too_large"


def test_a_body_that_is_too_large_need_not_be_sent(server: Server, sockets: Sockets) -> None:
    headers = (f"content-length: {TOO_MUCH}", "expect: 100-continue")
    assert sockets.ask(post("/", *headers)).startswith("HTTP/1.1 413 ")


def test_what_can_be_read_in_two_ways_is_refused(server: Server, sockets: Sockets) -> None:
    for headers in AMBIGUOUS:
        answer = sockets.ask(post("/", *headers, body="xxxxxxxxxx"))
        head, _, content = answer.partition("\r\n\r\n")
        assert head.startswith("HTTP/1.1 400 Bad Request\r\n"), headers
        assert "\r\nconnection: close" in head
        assert json.loads(content)["code"] == "malformed"


def test_bad_chunks_are_refused(server: Server, sockets: Sockets) -> None:
    for body in ("zz\r\nab\r\n", "-1\r\n", "1\r\nab\r\n", "ffffffffffffffffff\r\n"):
        assert sockets.ask(post("/", *CHUNKED, body=body)).startswith("HTTP/1.1 400 ")


def test_large_heads_are_refused(server: Server, sockets: Sockets) -> None:
    for head in LARGE_HEADS:
        # A reset may overtake the answer where more was sent than has been read.
        assert sockets.ask(f"{GET}{head}")[:13] in ("", "HTTP/1.1 431 ")
    assert sockets.ask(f"{GET}{LARGE_HEADS[0]}").startswith("HTTP/1.1 431 ")
    assert server.wire.ask("GET", "/livez") == {"status": "ok"}


def test_trailers_are_no_headers(server: Server, sockets: Sockets) -> None:
    trailer = chunks("{}", end="0\r\nx-request-id: posing\r\n\r\n")
    answer = sockets.ask(post("/api/auth/login", *CHUNKED, body=trailer))
    assert answer.startswith("HTTP/1.1 400 ")
    assert "posing" not in answer


def test_headers_with_underscores_are_no_headers(server: Server, sockets: Sockets) -> None:
    assert "posing" not in sockets.ask(f"{GET}x_request_id: posing\r\nconnection: close\r\n\r\n")


def test_requests_sent_at_once_are_answered_in_turn(server: Server, sockets: Sockets) -> None:
    many = f"{GET}\r\n" * 4 + f"{GET}connection: close\r\n\r\n"
    assert sockets.ask(many).count('{"status":"ok"}') == 5


def test_too_many_requests_sent_at_once_end_the_connection(
    server: Server, sockets: Sockets
) -> None:
    assert sockets.ask(f"{GET}\r\n" * 1000).count('{"status":"ok"}') < 20
    assert server.wire.ask("GET", "/livez") == {"status": "ok"}
