"""Many readers of the largest answers, who take their time, do not fill a web process."""

import re
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from config import local, programs
from projects.services.projects import create_project
from tests.support.actors import by
from tests.support.bulk import comments_on, tasks_with
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually
from tests.support.signing import access_token_for

READERS = 16
MOST_AT_WORK = 256 * 1024 * 1024
"""What eight threads need to make such answers; libpq keeps its part with each connection."""
MOST_WAITING = 96 * 1024 * 1024
"""What waits for slow readers besides: sixteen answers of up to 4 MB."""


class Server(NamedTuple):
    port: int
    pid: int
    token: str
    paths: list[str]

    def peak(self) -> int:
        """The most memory the process has had so far, in bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        [size] = re.findall(r"VmHWM:\s+(\d+) kB", status)
        return int(size) * 1024


@pytest.fixture
def server(
    committed_db: CommittedDatabase, started: Programs, monkeypatch: pytest.MonkeyPatch, cast: Cast
) -> Server:
    """A web process of a workspace whose lists hold 30 MB and more, if nothing is left out."""
    tasks = tasks_with(cast, ["What is to be done, and why. " * 1000] * 1000, assignee=cast.max)
    comments_on(cast, tasks[:300], ["That is what I think as well. " * 100] * 10)
    for n in range(6):
        project = create_project(actor=by(cast.ada), workspace=cast.workspace, name=f"P{n}")
        tasks_with(cast, ["Short"] * 1000, project=project, assignee=cast.max)
    port = local.free_port()
    monkeypatch.setenv("PORT", str(port))
    process = started.start(programs.web())
    eventually(lambda: not local.is_free(port))
    paths = [
        f"/api/tasks/project/{cast.project.pk}/tasks",
        f"/api/projects/workspace/{cast.workspace.pk}",
        f"/api/projects/{cast.project.pk}/tasks?limit=200&include=comments",
    ]
    return Server(port, process.pid, access_token_for(cast.ada), paths)


def read(server: Server, path: str, *, pause: float) -> int:
    """How many bytes the answer has, read with a pause after every 256 KiB."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    lines += [f"Authorization: Bearer {server.token}", "", ""]
    size = 0
    with socket.create_connection(("127.0.0.1", server.port), timeout=60) as wire:
        wire.sendall("\r\n".join(lines).encode())
        while piece := wire.recv(256 * 1024):
            size += len(piece)
            time.sleep(pause)
    return size


def test_sixteen_slow_readers_of_the_largest_answers(server: Server) -> None:
    sizes = [read(server, path, pause=0) for path in server.paths]
    assert all(1_000_000 < size < 8 * 1024 * 1024 for size in sizes), sizes
    alone = server.peak()
    all_read(server, sizes, pause=0)
    quick = server.peak()
    all_read(server, sizes, pause=0.1)
    assert quick - alone < MOST_AT_WORK
    assert server.peak() - quick < MOST_WAITING


def all_read(server: Server, sizes: list[int], *, pause: float) -> None:
    """Each answer by all readers at once."""
    with ThreadPoolExecutor(READERS) as readers:
        for path, size in zip(server.paths, sizes, strict=True):
            again = [readers.submit(read, server, path, pause=pause) for _ in range(READERS)]
            assert {abs(one.result() - size) < 100 for one in again} == {True}
