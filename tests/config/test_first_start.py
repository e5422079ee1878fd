"""First set-ups that meet each other, or an end in their middle."""

import shutil
import subprocess
import sys
from pathlib import Path

import pip
import pytest

from config import env, processes
from config.processes import Command

# Its environments borrow pip from the one that runs this test, and none of the libraries beside it,
# which pip would look at: unpacking it takes seconds.
PYTHON = f"""\
#!/bin/sh
set -e
[ "$*" = "-m venv .venv" ] || exec {sys.executable} "$@"
{sys.executable} -m venv --without-pip .venv
ln -s {Path(pip.__file__).parent} "$(echo .venv/lib/python*/site-packages)/pip"
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """As much of the repository as `bin/setup` reads, with nothing to install."""
    for part in ("bin", "requirements"):
        (tmp_path / part).mkdir()
    shutil.copy(env.ROOT / "bin" / "setup", tmp_path / "bin")
    (tmp_path / "requirements" / "dev.txt").touch()
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return tmp_path


def set_up(clone: Path) -> subprocess.Popen[bytes]:
    command = Command("setup", [str(clone / "bin" / "setup")], {"PYTHON": str(clone / "python")})
    return processes.start(command, subprocess.PIPE)


def test_two_that_set_up_at_once_make_one_environment_where_its_python_was_removed(
    clone: Path,
) -> None:
    gone = clone / ".venv" / "bin" / "python"
    gone.parent.mkdir(parents=True)
    gone.symlink_to("/nowhere/python")
    both = [set_up(clone), set_up(clone)]
    said = b"".join(process.communicate(timeout=120)[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said == b"Installing the requirements into .venv ...\n"
    assert (clone / ".venv" / "installed").exists()


def test_half_an_environment_is_finished(clone: Path) -> None:
    """One without pip, as a set-up that was stopped leaves."""
    argv = [sys.executable, "-m", "venv", "--without-pip", str(clone / ".venv")]
    subprocess.run(argv, check=True)
    process = set_up(clone)
    process.communicate(timeout=120)
    assert process.returncode == 0
    assert (clone / ".venv" / "installed").exists()
