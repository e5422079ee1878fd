"""The supervisor ends what it started, politely first."""

import signal
import sys
from pathlib import Path

import pytest

from config.processes import Command
from config.supervisor import Supervisor
from tests.programs import eventually

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
    monkeypatch.setattr("config.supervisor.STOP_PATIENCE", 0.2)
    assert stop(started(DEAF, tmp_path / "signs")) == -signal.SIGKILL
