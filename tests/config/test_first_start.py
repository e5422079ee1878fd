"""First set-ups that meet each other, or an end in their middle."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from config import env, processes
from config.processes import Command


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


def half_made(clone: Path, python: str) -> Path:
    """An environment without pip, as a set-up that was stopped leaves."""
    half = clone / ".venv" / "bin" / "python"
    half.parent.mkdir(parents=True)
    half.symlink_to(python)
    return clone


def test_two_that_set_up_at_once_make_one_environment_where_its_python_was_removed(
    clone: Path,
) -> None:
    half_made(clone, "/nowhere/python")
    both = [set_up(clone), set_up(clone)]
    said = b"".join(process.communicate(timeout=120)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said == b"Installing the requirements into .venv ...\n"
    assert (clone / ".venv" / "installed").exists()


def test_half_an_environment_is_finished(clone: Path) -> None:
    process = set_up(half_made(clone, sys.executable))
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert (clone / ".venv" / "installed").exists()
