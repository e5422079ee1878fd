"""Files of fifty megabytes pass through the server without being in its memory."""

import hashlib
import json
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from tests.config.raw import Server, Sockets, post, rest
from tests.config.test_memory import MOST
from tests.support.full_disk import files_of_at_most
from tests.support.programs import eventually

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


def test_a_file_for_which_the_disk_has_no_room_is_answered(server: Server, task: str) -> None:
    signed_in = {"authorization": f"Bearer {server.lea.token}", "content_type": FORM}
    path = f"/api/tasks/{task}/attachments"
    body = HEAD + CONTENT[: 5 * MEGABYTE] + TAIL
    with files_of_at_most(MEGABYTE, pid=server.process.pid):
        status, answer = send(server, path, "POST", body, **signed_in)
    assert (status, json.loads(answer)["code"]) == (503, "unavailable")
    assert send(server, path, "POST", body, **signed_in)[0] == 201


def test_a_bucket_that_does_not_answer_delays_files_only(
    serve: Callable[..., Server], server: Server, task: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, ThreadPoolExecutor(3) as clients:
        chosen = {"AWS_STORAGE_BUCKET_NAME": "files", "AWS_ACCESS_KEY_ID": "k"}
        chosen |= {"AWS_SECRET_ACCESS_KEY": "s", "WEB_THREADS": "2", "WEB_LOCK_SECONDS": "1"}
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        other = serve(AWS_ENDPOINT_URL=address, **chosen)
        signed_in = {"authorization": f"Bearer {other.lea.token}", "content_type": FORM}
        path, body = f"/api/tasks/{task}/attachments", HEAD + b"Oil" + TAIL
        sent = [clients.submit(send, other, path, "POST", body, **signed_in) for _ in range(3)]
        eventually(lambda: other.connections() == 3)
        time.sleep(0.5)
        shown, asked_at = server.lea.ask("GET", path)["data"], time.monotonic()
        assert other.lea.ask("GET", path)["data"] == shown
        assert time.monotonic() - asked_at < 4
        silent.close()
        assert [one.result()[0] for one in sent] == [503] * 3


def open_files(server: Server) -> int:
    """Files only: connections to the database come and go."""
    names = []
    for opened in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            names.append(str(opened.readlink()))
    return sum(name.startswith("/") for name in names)


def test_transfers_that_break_off_leave_no_file_open(
    server: Server, sockets: Sockets, task: str
) -> None:
    path = f"/api/tasks/{task}/attachments"
    signed_in = {"authorization": f"Bearer {server.lea.token}", "content_type": FORM}
    assert send(server, path, "POST", HEAD + CONTENT + TAIL, **signed_in)[0] == 201
    made = server.lea.ask("GET", path)["data"][-1]
    link = server.lea.ask("GET", f"/api/attachments/{made['id']}/download")["data"]["url"]
    file = urlsplit(link).path
    before = open_files(server)
    begun = post(path, f"content-length: {SIZE}", token=server.lea.token)
    begun = begun.replace("application/json", FORM)
    asked = f"{file} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    for _ in range(10):
        sent = sockets.open(f"{begun}{HEAD.decode()}{'x' * MEGABYTE}")
        read = sockets.open(f"GET {asked}", receive_buffer=4096)
        assert read.recv(1000).startswith(b"HTTP/1.1 200 ")
        sent.close()
        read.close()
    assert sockets.ask(f"HEAD {asked}").endswith("\r\n\r\n")
    eventually(lambda: open_files(server) <= before)
    assert send(server, file, "GET", b"") == (200, CONTENT)


def test_a_link_to_store_used_at_once_stores_one_whole_file(server: Server, task: str) -> None:
    contents = [bytes([number]) * MEGABYTE for number in range(8)]
    body = {"file_name": "a.bin", "size": MEGABYTE}
    made = server.lea.ask("POST", f"/api/tasks/{task}/attachments", body, status=201)["data"]
    path, kind = urlsplit(made["upload"]["url"]).path, "application/octet-stream"

    def store(content: bytes) -> int:
        return send(server, path, "PUT", content, content_type=kind)[0]

    with ThreadPoolExecutor(8) as clients:
        assert list(clients.map(store, contents)) == [204] * 8
    done = server.lea.ask("POST", f"/api/attachments/{made['id']}/complete")["data"]
    assert done["sha256"] in {hashlib.sha256(content).hexdigest() for content in contents}
