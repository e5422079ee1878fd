"""`bin/dev` and what becomes of its terminal."""

import os
import pty
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config import env, local, processes
from tests.config.machine import START_PATIENCE, Machine, throwaway
from tests.support.programs import eventually

fresh = pytest.fixture(scope="module")(throwaway)
DEV = f"{shlex.quote(sys.executable)} -m dev.server.development"


class Terminal:
    """A shell with a terminal of its own, in which a command runs."""

    def __init__(self, machine: Machine, command: str, folder: Path) -> None:
        self.machine, self.folder = machine, folder
        self.pid, self.line = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            given = {**os.environ, **machine.command().env, "PYTHONPATH": str(env.ROOT)}
            os.execve("/bin/sh", ["sh", "-c", command], given)  # noqa: S606

    def close(self) -> None:
        """As whoever shuts the window does: the shell's processes are hung up on."""
        os.close(self.line)
        os.waitpid(self.pid, 0)


@pytest.fixture
def machine(fresh: Machine) -> Iterator[Machine]:
    yield fresh
    for pid, words in fresh.processes().items():
        if "dev.server.development" in words:
            os.kill(int(pid), signal.SIGTERM)
    eventually(lambda: fresh.alive() == [])


def serves(machine: Machine) -> bool:
    return not local.is_free(machine.port)


def test_with_nohup_it_outlives_its_terminal(machine: Machine, tmp_path: Path) -> None:
    terminal = Terminal(machine, f"nohup {DEV} & wait", tmp_path)
    eventually(lambda: serves(machine), START_PATIENCE)
    terminal.close()
    eventually(lambda: "Gantry is ready." in (tmp_path / "nohup.out").read_text())
    assert machine.wire.ask("GET", "/readyz")["status"] == "ok"


def test_without_it_everything_ends_with_the_terminal(machine: Machine, tmp_path: Path) -> None:
    terminal = Terminal(machine, DEV, tmp_path)
    eventually(lambda: serves(machine), START_PATIENCE)
    terminal.close()
    eventually(lambda: machine.alive() == [])
    # It had time to note that all has been stopped.
    assert (machine.folder / "lock").read_text() == ""


def test_nothing_is_left_when_nobody_reads_its_output(machine: Machine) -> None:
    process = processes.start(machine.command(), subprocess.PIPE)
    assert process.stdout
    assert b"\n" in process.stdout.readline()
    process.stdout.close()
    assert process.wait(60) == 0
    assert machine.alive() == []


def test_it_works_without_any_output(machine: Machine) -> None:
    command = machine.command()
    closed = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command.argv]
    process = processes.start(replace(command, argv=closed))
    eventually(lambda: serves(machine), START_PATIENCE)
    assert machine.wire.ask("GET", "/livez") == {"status": "ok"}
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    assert machine.alive() == []
