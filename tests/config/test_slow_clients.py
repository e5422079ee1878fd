"""Clients that send or read slowly, or not at all, hold neither threads nor memory."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import socket
from statistics import median

import pytest
from pytest_django.plugin import DjangoDbBlocker

from config.connections import MOST_PIPELINED, MOST_UNSENT
from tasks.models import Task
from tests.config.raw import Server, Sockets, post, rest
from tests.support.databases import CommittedDatabase, in_use
from tests.support.factories import TaskFactory
from tests.support.programs import eventually
from tests.support.threads import times

ANNOUNCED = post("/api/workspaces", "content-length: 100")
HALF_HEAD = "GET /livez HTTP/1.1\r\nhost: local"
LONGEST_SECONDS = 5.0
"""Of two small requests on a busy machine; a server without free threads takes longer."""
MEGABYTE = 1024 * 1024
MOST_CONNECTIONS = 128
HEAD_SECONDS, DRAIN_SECONDS = 3, 2
"""Of the server that has little patience; bodies have five seconds everywhere."""


def waits(server: Server, times: int = 10) -> list[float]:
    """Seconds until `/livez` and a signed-in person are answered, both on new connections."""
    found = []
    for _ in range(times):
        began = time.monotonic()
        assert server.wire.ask("GET", "/livez") == {"status": "ok"}
        assert len(server.lea.ask("GET", "/api/projects")["data"]) == 1
        found.append(time.monotonic() - began)
    return found


@contextmanager
def dripping(sockets: list[socket]) -> Iterator[None]:
    """Send a byte on each of them, again and again."""
    stop = threading.Event()

    def drip() -> None:
        while not stop.wait(0.2):
            for one in sockets:
                with suppress(OSError):
                    one.sendall(b"x")

    thread = threading.Thread(target=drip)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def usual_server(serve: Callable[..., Server]) -> Server:
    return serve(WEB_CONNECTIONS=str(MOST_CONNECTIONS))


@pytest.fixture(scope="module")
def hasty_server(serve: Callable[..., Server]) -> Server:
    return serve(WEB_HEAD_SECONDS=str(HEAD_SECONDS), WEB_DRAIN_SECONDS=str(DRAIN_SECONDS))


@pytest.fixture
def hasty_sockets(hasty_server: Server) -> Iterator[Sockets]:
    opened = Sockets(hasty_server.wire.port)
    with opened.stack:
        yield opened


def test_what_never_comes_holds_no_thread_and_is_ended(
    hasty_server: Server, hasty_sockets: Sockets
) -> None:
    """Twice as many bodies as there are threads, and a head, a body and lines that drip."""
    silent = [hasty_sockets.open(ANNOUNCED) for _ in range(16)]
    kinds = [HALF_HEAD, ANNOUNCED, post("/", "transfer-encoding: chunked", body="1\r\n"), ""]
    slow = [hasty_sockets.open(kind) for kind in kinds]
    empty_lines = hasty_sockets.open("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
    with dripping(slow[:2]):
        assert max(waits(hasty_server)) < LONGEST_SECONDS
        answers = [rest(one) for one in silent]
        ends = [rest(one)[:12] for one in slow]
    for answer in answers:
        assert answer.startswith("HTTP/1.1 408 Request Timeout\r\n")
        assert '"code":"request_timeout","request_id":"' in answer
        assert "\r\nconnection: close\r\n" in answer
    assert ends == ["HTTP/1.1 408"] * 3 + [""]
    with suppress(OSError):
        for _ in range(300):
            empty_lines.sendall(b"\r\n")
            time.sleep(0.1)
        raise AssertionError("It may send empty lines for ever.")


def test_idle_and_dripping_connections_change_nothing(server: Server, sockets: Sockets) -> None:
    """Seven times as many as there are threads."""
    waits(server)
    usual = median(waits(server))
    for _ in range(40):
        sockets.open()
    slow = [sockets.open(kind) for kind in (ANNOUNCED, HALF_HEAD) for _ in range(28)]
    with dripping(slow):
        found = waits(server)
    assert median(found) < 3 * usual
    assert max(found) < LONGEST_SECONDS


def test_clients_that_leave_early_leave_nothing_behind(server: Server, sockets: Sockets) -> None:
    for sent in (ANNOUNCED, HALF_HEAD, "", post("/", "content-length: 1", body="x")):
        for _ in range(16):
            sockets.open(sent).close()
    assert max(waits(server)) < LONGEST_SECONDS


def test_half_sent_bodies_take_limited_memory(server: Server, sockets: Sockets) -> None:
    before = server.memory()
    announced = post("/api/workspaces", f"content-length: {MEGABYTE}")
    half_sent = [sockets.open(announced + "x" * (MEGABYTE - 1)) for _ in range(100)]
    assert max(waits(server)) < LONGEST_SECONDS
    assert server.memory() - before < 120 * MEGABYTE
    for oldest in half_sent[:36]:
        answer = rest(oldest)
        assert answer.startswith("HTTP/1.1 503 ")
        assert "\r\nretry-after: 2\r\n" in answer


def test_more_connections_than_allowed_end_the_ones_that_wait_longest(
    server: Server, sockets: Sockets
) -> None:
    first, *_ = [sockets.open() for _ in range(MOST_CONNECTIONS + 40)]
    first.settimeout(LONGEST_SECONDS)
    assert rest(first) == ""
    assert max(waits(server)) < LONGEST_SECONDS


@pytest.fixture(scope="module")
def long_list(
    usual_server: Server, shared_db: CommittedDatabase, django_db_blocker: DjangoDbBlocker
) -> str:
    """The path of a list as long as any: one and a half MiB."""
    project = usual_server.cast.project
    same = {"workspace": usual_server.cast.workspace, "description": "x" * 48_000}
    with django_db_blocker.unblock(), in_use(shared_db):
        status = project.statuses.first()
        numbered = [
            TaskFactory.build(project=project, status=status, number=number, **same)
            for number in range(1000, 1040)
        ]
        Task.objects.bulk_create(numbered)
    return f"/api/projects/{project.pk}/tasks?limit=200"


def open_reader(server: Server, sockets: Sockets, path: str) -> socket:
    """A client that asks for more than the system keeps for it, and has room for little of that."""
    head = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {server.lea.token}"
    return sockets.open(f"{head}\r\n\r\n" * MOST_PIPELINED, receive_buffer=4096)


def test_slow_readers_hold_neither_threads_nor_memory(
    server: Server, sockets: Sockets, long_list: str
) -> None:
    # Every connection to PostgreSQL keeps room for the largest row it has read.
    times(8, lambda _: server.lea.ask("GET", long_list))
    before = server.memory()
    readers = [open_reader(server, sockets, long_list) for _ in range(20)]
    for one in readers:
        # Every answer begins; the oldest may have been given up for the others.
        with suppress(ConnectionResetError):
            assert one.recv(12) == b"HTTP/1.1 200"
    assert max(waits(server)) < LONGEST_SECONDS
    # And what eight threads compute meanwhile.
    assert server.memory() - before < MOST_UNSENT + 8 * 16 * MEGABYTE
    sockets.stack.close()
    eventually(lambda: waits(server) and server.memory() - before < 64 * MEGABYTE, patience=20)


def test_slow_readers_are_ended(
    hasty_server: Server, hasty_sockets: Sockets, long_list: str
) -> None:
    readers = [open_reader(hasty_server, hasty_sockets, long_list) for _ in range(3)]
    for one in readers:
        assert one.recv(12) == b"HTTP/1.1 200"
    eventually(lambda: hasty_server.connections() == 0, patience=30)
    for one in readers:
        assert len(rest(one)) < 4 * MEGABYTE
