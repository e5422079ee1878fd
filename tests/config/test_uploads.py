"""Files of fifty megabytes pass through the server without being in its memory."""

import hashlib
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.config.raw import Server, Sockets, post, rest
from tests.config.test_memory import MOST

MEGABYTE = 1024 * 1024
SIZE = 50 * MEGABYTE
HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\n\r\n'
TAIL = b"\r\n--x--\r\n"
FORM = "multipart/form-data; boundary=x"
CONTENT = bytes(range(256)) * (SIZE // 256)


@pytest.fixture
def task(server: Server) -> Any:
    path = f"/api/projects/{server.cast.project.pk}/tasks"
    return server.lea.ask("POST", path, {"title": "Oil"}, status=201)["data"]["id"]


def send(server: Server, path: str, method: str, body: bytes, **headers: str) -> tuple[int, bytes]:
    connection = HTTPConnection("127.0.0.1", server.wire.port, timeout=60)
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_large_files_take_limited_memory(server: Server, task: str) -> None:
    signed_in = {"authorization": f"Bearer {server.lea.token}", "content_type": FORM}
    path = f"/api/tasks/{task}/attachments"
    assert send(server, path, "POST", HEAD + CONTENT + TAIL, **signed_in)[0] == 201
    [made] = server.lea.ask("GET", path)["data"]
    assert made["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    link = server.lea.ask("GET", f"/api/attachments/{made['id']}/download")["data"]["url"]
    assert send(server, urlsplit(link).path, "GET", b"") == (200, CONTENT)
    assert server.memory() < MOST
    status, _ = send(server, path, "POST", HEAD + CONTENT + b"x" * 66_000 + TAIL, **signed_in)
    assert status == 413


def test_only_what_may_bring_a_file_may_be_large(server: Server, sockets: Sockets) -> None:
    size = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    paths = ("/api/tasks", "/api/tasks/1/attachments", "/api/files/x")
    asked = [post(path, f"content-length: {size}") for path in paths]
    asked += [f"PUT /api/files/x HTTP/1.1\r\nhost: a\r\ncontent-length: {SIZE + 66_000}\r\n\r\n"]
    for refused in [sockets.open(one) for one in asked]:
        assert rest(refused).startswith("HTTP/1.1 413 ")
    assert send(server, "/api/files/x", "PUT", CONTENT[: 5 * MEGABYTE])[0] == 404


def test_an_announced_file_is_stored_by_its_link(server: Server, task: str) -> None:
    content = CONTENT[: 5 * MEGABYTE]
    body = {"file_name": "a.bin", "size": len(content)}
    made = server.lea.ask("POST", f"/api/tasks/{task}/attachments", body, status=201)["data"]
    upload = made["upload"]
    path, kind = urlsplit(upload["url"]).path, "application/octet-stream"
    assert send(server, path, "PUT", content, content_type=kind) == (204, b"")
    done = server.lea.ask("POST", f"/api/attachments/{made['id']}/complete")["data"]
    assert done["sha256"] == hashlib.sha256(content).hexdigest()
