"""Real programs next to a test: a broker of its own, workers and relays."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from config import env, local, processes, programs
from config.processes import Command
from dev.server import binaries

PATIENCE = 60.0


class Programs:
    """Started here, and ended at the end of the test at the latest; `log` has what they said."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "programs.log"
        self._running: list[tuple[subprocess.Popen[bytes], Command]] = []

    def start(self, command: Command, **extra: str) -> subprocess.Popen[bytes]:
        """Start it in the project's folder, with further variables."""
        command = replace(command, env={**command.env, **extra}, folder=env.ROOT)
        with self.log.open("ab") as output:
            process = processes.start(command, output)
        self._running.append((process, command))
        return process

    def relay(self, **extra: str) -> subprocess.Popen[bytes]:
        return self.start(programs.relay(), **extra)

    def worker(self, **extra: str) -> subprocess.Popen[bytes]:
        """A Celery worker, once it takes messages."""
        known = self._said("celery@")
        process = self.start(programs.worker(), **{"WORKER_PROCESSES": "1", **extra})
        eventually(lambda: self._said("celery@") > known)
        return process

    def _said(self, words: str) -> int:
        return self.log.read_text().count(words) if self.log.exists() else 0

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        [command] = [command for started, command in self._running if started is process]
        processes.stop(process, command)

    def end_all(self) -> None:
        """At once: that they stop when they are asked to is the matter of tests of their own."""
        for process, _ in reversed(self._running):
            processes.end(process)


def eventually(
    is_so: Callable[[], object], patience: float = PATIENCE, *, pause: float = 0.02
) -> None:
    """Wait until it is so; ask at longer intervals what takes long to answer."""
    deadline = time.monotonic() + patience
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(pause)


@contextmanager
def ended(folder: Path) -> Iterator[Programs]:
    """What the block starts ends with it."""
    here = Programs(folder)
    try:
        yield here
    finally:
        here.end_all()
        if here.log.exists():
            sys.stdout.write(here.log.read_text())


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Programs]:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.development")
    with ended(tmp_path) as here:
        yield here


@pytest.fixture
def broker(
    started: Programs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> subprocess.Popen[bytes]:
    """A Valkey of this test, which it may stop."""
    port = local.free_port()
    monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{port}/0")
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    process = started.start(Command("valkey", [str(binaries.valkey_program()), *options]))
    eventually(lambda: _answers(port))
    return process


def _answers(port: int) -> bool:
    with redis.Redis(port=port, socket_timeout=1) as client:
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
