"""Clients that send or read slowly, or not at all, hold neither threads nor memory."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socket import socket
from statistics import median

import pytest

from config.connections import MOST_UNSENT
from tasks.models import Task
from tests.config.raw import Server, Sockets, post, rest
from tests.support.factories import TaskFactory
from tests.support.programs import eventually
from tests.support.threads import times

ANNOUNCED = post("/api/workspaces", "content-length: 100")
HALF_HEAD = "GET /livez HTTP/1.1\r\nhost: local"
LONGEST_SECONDS = 5.0
"""Of two small requests on a busy machine; a server without free threads takes longer."""
MEGABYTE = 1024 * 1024


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


@pytest.mark.parametrize("amount", [8, 64])
def test_bodies_that_never_come_hold_no_thread(
    server: Server, sockets: Sockets, amount: int
) -> None:
    silent = [sockets.open(ANNOUNCED) for _ in range(amount)]
    assert max(waits(server)) < LONGEST_SECONDS
    answers = [rest(one) for one in silent]
    assert {answer.split("\r\n")[0] for answer in answers} == {"HTTP/1.1 408 Request Timeout"}
    for answer in answers:
        assert '"code":"request_timeout","request_id":"' in answer
        assert "\r\nconnection: close\r\n" in answer


def test_500_idle_and_dripping_connections_change_nothing(server: Server, sockets: Sockets) -> None:
    waits(server)
    usual = median(waits(server))
    for _ in range(200):
        sockets.open()
    slow = [sockets.open(kind) for kind in (ANNOUNCED, HALF_HEAD) for _ in range(150)]
    with dripping(slow):
        found = waits(server, 30)
    assert median(found) < 3 * usual
    assert max(found) < LONGEST_SECONDS


def test_slow_heads_and_bodies_are_ended(server: Server, sockets: Sockets) -> None:
    kinds = [HALF_HEAD, ANNOUNCED, post("/", "transfer-encoding: chunked", body="1\r\n"), ""]
    slow = [sockets.open(kind) for kind in kinds]
    empty_lines = sockets.open("GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n")
    with dripping(slow[:2]):
        answers = [rest(one) for one in slow]
    assert [answer[:12] for answer in answers] == ["HTTP/1.1 408"] * 3 + [""]
    with suppress(OSError):
        for _ in range(300):
            empty_lines.sendall(b"\r\n")
            time.sleep(0.1)
        raise AssertionError("It may send empty lines for ever.")


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


@pytest.fixture
def few_connections(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the server starts, which comes later in the test's list."""
    monkeypatch.setenv("WEB_CONNECTIONS", "20")


@pytest.mark.usefixtures("few_connections")
def test_more_connections_than_allowed_end_the_ones_that_wait_longest(
    server: Server, sockets: Sockets
) -> None:
    first, *_ = [sockets.open() for _ in range(60)]
    assert rest(first) == ""
    assert max(waits(server)) < LONGEST_SECONDS


def fill(server: Server) -> str:
    """Long tasks, and the path of a list of 8 MiB of them."""
    status = server.cast.project.statuses.first()
    texts = ["x" * 48_000] * 165
    made = [
        TaskFactory.build(
            project=server.cast.project,
            workspace=server.cast.workspace,
            status=status,
            number=1000 + n,
            description=text,
        )
        for n, text in enumerate(texts)
    ]
    Task.objects.bulk_create(made)
    return f"/api/projects/{server.cast.project.pk}/tasks?limit=200"


def test_slow_readers_hold_neither_threads_nor_memory(server: Server, sockets: Sockets) -> None:
    path = fill(server)
    # Every connection to PostgreSQL keeps room for the largest row it has read.
    times(16, lambda _: server.lea.ask("GET", path))
    before = server.memory()
    head = f"GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {server.lea.token}"
    readers = [sockets.open(f"{head}\r\n\r\n", receive_buffer=4096) for _ in range(20)]
    for one in readers:
        # Every answer begins; the oldest may have been given up for the others.
        with suppress(ConnectionResetError):
            assert one.recv(12) == b"HTTP/1.1 200"
    assert max(waits(server)) < LONGEST_SECONDS
    # And what eight threads compute meanwhile.
    assert server.memory() - before < MOST_UNSENT + 8 * 16 * MEGABYTE
    time.sleep(25)
    for one in readers:
        assert len(rest(one)) < 4 * MEGABYTE
    eventually(lambda: waits(server) and server.memory() - before < 64 * MEGABYTE, patience=20)
