"""First starts that meet each other, or an end in their middle."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import env, processes, programs
from config.processes import Command
from tests.config.machine import Machine, development, throwaway
from tests.support.programs import eventually

fresh = pytest.fixture(scope="module")(throwaway)


def others(machine: Machine, count: int) -> Iterator[str]:
    """What so many more starts on the same folder say, each with a port of its own."""
    ports = [machine.port, *range(machine.port + 1, machine.port + count)]
    commands = [development(machine.folder, port) for port in ports]
    started = [processes.start(command, subprocess.PIPE) for command in commands]
    for process in started:
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 1
        yield output.decode()


def drafts(machine: Machine) -> list[Path]:
    """Of a cluster that is being made."""
    cluster = (machine.folder / "postgres").resolve()
    return list(cluster.parent.glob(f"{cluster.name}-draft-*"))


def test_killed_while_it_makes_its_database_the_next_start_recovers(fresh: Machine) -> None:
    fresh.boot()
    eventually(lambda: drafts(fresh))
    fresh.end(signal.SIGKILL)
    assert not (fresh.folder / "postgres" / "PG_VERSION").exists()

    fresh.start()
    assert "The demo is ready." in fresh.said
    assert drafts(fresh) == []


def test_of_many_that_start_at_once_one_serves_and_the_others_say_where(fresh: Machine) -> None:
    fresh.start()
    fresh.end(signal.SIGKILL)
    # What it leaves is still ending, and holds the port.
    fresh.boot()
    lock = f":{(fresh.folder / 'lock').stat().st_ino} "
    eventually(lambda: lock in Path("/proc/locks").read_text())
    eventually((fresh.folder / "lock").read_text)
    where = f"{fresh.folder}, at http://localhost:{fresh.port}"
    told = f"Another Gantry is running on {where}: stop it, or set another DATA_DIR.\n"
    assert set(others(fresh, 4)) == {told}
    fresh.start()
    assert fresh.wire.ask("GET", "/readyz")["status"] == "ok"


def test_a_command_works_beside_it_and_says_so_when_it_does_not_run(fresh: Machine) -> None:
    fresh.start()
    assert manage(fresh, "check", "--database=default") == (
        0,
        "System check identified no issues (0 silenced).\n",
    )
    fresh.end(signal.SIGTERM)
    code, said = manage(fresh, "showmigrations")
    assert (code, said.count("\n")) == (1, 1)
    assert said.startswith("No database answers (connection failed: ")
    assert said.endswith("): bin/dev runs one, or set DATABASE_URL.\n")


def manage(machine: Machine, *arguments: str) -> tuple[int, str]:
    command = Command("manage", programs.manage(*arguments), machine.command().env, None, env.ROOT)
    process = processes.start(command, subprocess.PIPE)
    output, _ = process.communicate(timeout=60)
    return process.returncode, output.decode()


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of the repository as `bin/setup` reads, with nothing to install."""
    for part in ("bin", "requirements"):
        (tmp_path / part).mkdir()
    shutil.copy(env.ROOT / "bin" / "setup", tmp_path / "bin")
    (tmp_path / "requirements" / "dev.txt").touch()
    return tmp_path


def set_up(clone: Path) -> subprocess.Popen[bytes]:
    command = Command("setup", [str(clone / "bin" / "setup")], {"PYTHON": sys.executable})
    return processes.start(command, subprocess.PIPE)


def test_two_that_set_up_at_once_make_one_environment(clone: Path) -> None:
    both = [set_up(clone), set_up(clone)]
    said = b"".join(process.communicate(timeout=120)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said == b"Installing the requirements into .venv ...\n"


@pytest.mark.parametrize("python", [sys.executable, "/nowhere/python"])
def test_half_an_environment_is_finished(clone: Path, python: str) -> None:
    """One without pip, as a set-up that was stopped leaves; one whose Python was removed."""
    half = clone / ".venv" / "bin" / "python"
    half.parent.mkdir(parents=True)
    half.symlink_to(python)
    process = set_up(clone)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert (clone / ".venv" / "installed").exists()
