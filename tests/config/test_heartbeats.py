"""Programs that serve no port are asked for their heartbeats."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import env, health, processes
from config.processes import Command
from core.heartbeats import Heartbeat, ages
from tests.support.programs import eventually

BEATING = """
import sys, time
from pathlib import Path
from core.heartbeats import Heartbeat
heartbeat = Heartbeat("relay", Path(sys.argv[1]))
while True:
    heartbeat.beat()
    time.sleep(0.05)
"""


class Beating:
    """Processes that do nothing but beat."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.command = Command(
            "relay", [sys.executable, "-c", BEATING, str(folder)], folder=env.ROOT
        )
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> subprocess.Popen[bytes]:
        known = len(ages("relay", self.folder))
        process = processes.start(self.command)
        self.running.append(process)
        eventually(lambda: len(ages("relay", self.folder)) > known)
        return process

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("heartbeats/*"))


@pytest.fixture
def beating(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Beating]:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    here = Beating(tmp_path)
    yield here
    for process in here.running:
        process.kill()
        process.wait()


def test_a_program_that_beats_is_well(beating: Beating) -> None:
    beating.start()
    time.sleep(1.5)
    assert health.problem_of("relay", 3) is None
    assert health.problem_of("beat", 3) == "No beat runs here."


def test_one_of_two_that_hangs_is_noticed_and_the_other_does_not_hide_it(beating: Beating) -> None:
    hanging, _ = beating.start(), beating.start()
    hanging.send_signal(signal.SIGSTOP)
    time.sleep(3.5)
    assert str(health.problem_of("relay", 3)).startswith("A relay has given no heartbeat for")
    hanging.send_signal(signal.SIGCONT)
    eventually(lambda: health.problem_of("relay", 3) is None)


def test_a_killed_program_is_gone_whatever_it_left(beating: Beating) -> None:
    killed = beating.start()
    [left] = beating.files()
    killed.kill()
    killed.wait()
    assert health.problem_of("relay", 60) == "No relay runs here."
    beating.start()
    assert left not in beating.files()
    assert health.problem_of("relay", 60) is None


def test_heartbeats_are_for_their_owner_alone(beating: Beating) -> None:
    beating.start()
    [file] = beating.files()
    assert (file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_disk_that_refuses_a_heartbeat_stops_no_program(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "heartbeats").write_text("not a folder")
    heartbeat = Heartbeat("relay", tmp_path)
    heartbeat.beat()
    heartbeat.beat()
    assert [record.message for record in caplog.records] == ["heartbeat_not_written"]
    assert ages("relay", tmp_path) == []
