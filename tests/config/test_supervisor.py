"""The supervisor ends what it started, politely first, and replaces what ends or hangs."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from config import local
from config.processes import Command
from dev.server import liveness
from dev.server.liveness import LivenessProbe
from dev.server.supervisor import Supervisor
from tests.support.programs import PATIENCE, eventually

# Counts the requests to stop, and takes a moment over the first, as real programs do.
COUNTING = """
import signal, sys, time
count = 0
def asked(number, frame):
    global count
    count += 1
signal.signal(signal.SIGTERM, asked)
open(sys.argv[1], "w").write("up")
while not count:
    time.sleep(0.01)
time.sleep(0.5)
with open(sys.argv[1], "w") as signs:
    signs.write(str(count))
"""
DEAF = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").write("up")
time.sleep(60)
"""


def started(script: str, signs: Path) -> Supervisor:
    supervisor = Supervisor()
    supervisor.run(Command("program", [sys.executable, "-c", script, str(signs)]))
    eventually(lambda: signs.exists() and signs.read_text() == "up")
    return supervisor


def stop(supervisor: Supervisor) -> int | None:
    """Stop, and return how its program ended."""
    [child] = supervisor.children
    supervisor.stop()
    assert child.process
    assert child.process.stdout
    child.process.stdout.close()
    return child.process.returncode


def test_stop_asks_a_program_once(tmp_path: Path) -> None:
    signs = tmp_path / "signs"
    assert stop(started(COUNTING, signs)) == 0
    assert signs.read_text() == "1"


def test_stop_ends_a_deaf_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dev.server.supervisor.STOP_PATIENCE", 0.2)
    assert stop(started(DEAF, tmp_path / "signs")) == -signal.SIGKILL


# Takes as long over its answer as the file says.
WEB = """
import http.server, pathlib, sys, time
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(float(pathlib.Path(sys.argv[2]).read_text()))
        self.send_response(404)
        self.end_headers()
        sys.stdout.write("asked\\n")
        sys.stdout.flush()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
WITH_A_CHILD = """
import os, sys, time
if os.fork() == 0:
    time.sleep(60)
open(sys.argv[1], "w").write(str(os.getpid()))
time.sleep(60)
"""


class Done(Exception):
    """What the test waits for has come."""


class Watched:
    """A supervisor with a web server whose answers take `delay` seconds."""

    def __init__(self, folder: Path) -> None:
        self.delay, self.port = folder / "delay", local.free_port()
        self.delay.write_text("0")
        self.supervisor = Supervisor()
        argv = [sys.executable, "-c", WEB, str(self.port), str(self.delay)]
        self.supervisor.run(Command("web", argv), LivenessProbe(("127.0.0.1", self.port)))

    @property
    def pid(self) -> int | None:
        process = self.supervisor.children[0].process
        return process.pid if process else None

    def watch_until(self, is_so: Callable[[], object]) -> None:
        deadline = time.monotonic() + PATIENCE

        def check() -> None:
            assert time.monotonic() < deadline, "waited in vain"
            if is_so():
                raise Done

        with suppress(Done):
            self.supervisor.watch(check)

    def watch_for(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        self.watch_until(lambda: time.monotonic() > end)


@pytest.fixture
def watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Iterator[Watched]:
    """In a world that is quicker than ours, with a web server that has answered."""
    monkeypatch.setattr(liveness, "PERIOD", 0.1)
    monkeypatch.setattr(liveness, "PATIENCE", 1.6)
    monkeypatch.setattr(liveness, "STALLED", 0.6)
    made = Watched(tmp_path)
    made.watch_until(lambda: "asked" in capfd.readouterr().out)
    yield made
    made.supervisor.stop()


def test_a_frozen_web_server_is_replaced(
    watched: Watched, capfd: pytest.CaptureFixture[str]
) -> None:
    frozen = watched.pid
    assert frozen
    os.kill(frozen, signal.SIGSTOP)
    watched.watch_until(lambda: watched.pid not in {frozen, None})
    said = capfd.readouterr().out
    assert "gantry  | web has not answered for long; replacing it\n" in said
    watched.watch_until(lambda: "asked" in capfd.readouterr().out)


def test_a_busy_web_server_is_not_replaced(watched: Watched) -> None:
    busy = watched.pid
    watched.delay.write_text("0.6")
    watched.watch_for(2.5)
    assert watched.pid == busy


def test_a_machine_that_slept_replaces_nothing(watched: Watched) -> None:
    asleep = watched.pid
    assert asleep
    os.kill(asleep, signal.SIGSTOP)
    time.sleep(2.2)
    watched.watch_for(0.3)
    os.kill(asleep, signal.SIGCONT)
    watched.watch_for(2.2)
    assert watched.pid == asleep


def test_a_killed_program_is_replaced_though_its_child_lives_on(tmp_path: Path) -> None:
    signs = tmp_path / "signs"
    watched = Watched(tmp_path)
    watched.supervisor.run(Command("worker", [sys.executable, "-c", WITH_A_CHILD, str(signs)]))
    watched.watch_until(lambda: signs.exists() and signs.read_text())
    killed = signs.read_text()
    os.kill(int(killed), signal.SIGKILL)
    watched.watch_until(lambda: signs.read_text() not in {killed, ""})
    watched.supervisor.stop()
