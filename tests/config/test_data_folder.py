"""A data folder may be called anything a file system allows, or is refused in one sentence."""

import fcntl
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from config import env, local
from dev.server import testing
from tests.config.machine import development, forked, refused
from tests.config.production import COMPLETE

NAMES = ["a+b", "%41", "a#b", 'a"b', "a\\b", "a'b", "a b", "a,b", "[a]*?", "$HOME", "añ漢🎉", "=;-"]
# Of servers that are nowhere, so that none is started for it.
ITS_OWN = {key: COMPLETE[key] for key in ("DATABASE_URL", "REDIS_URL")}
# Starts and stops what keeps files there, and tells where mails would be written.
SERVERS = """
import os
from config import local
from dev.server import embedded
from django.conf import settings
with embedded.running():
    print(settings.EMAIL_FILE_PATH, *sorted(os.listdir(local.DATA_DIR)), sep="\\n")
"""
# No file may hold a byte.
NO_ROOM = ["sh", "-c", 'ulimit -f 0 && exec "$@"', "sh"]
AS_NOBODY_SPECIAL = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]
# On one fresh folder after the other, each at a moment that is the same for all.
FIRST_STARTS = """
import os, sys, time
from config import local
os.sched_setaffinity(0, range(os.cpu_count()))
print("ready", flush=True)
begin = float(sys.stdin.readline())
for n in range(20):
    for key in local.CHOSEN_HERE:
        os.environ.pop(key)
    local.CHOSEN_HERE.clear()
    os.environ["DATA_DIR"] = f"{sys.argv[1]}/{n}"
    time.sleep(max(0, begin + n / 20 - time.time()))
    local.prepare()
    print(os.environ["SECRET_KEY"])
"""


def run(script: str, folder: str, *prefix: str, **chosen: str) -> subprocess.CompletedProcess[str]:
    """Python as somebody starts it who has chosen nothing but the data folder."""
    command = development(Path(folder), local.free_port())
    environment = {**os.environ, **command.env, "DATA_DIR": folder, **chosen}
    argv = [*prefix, sys.executable, "-c", script]
    return subprocess.run(
        argv, env=environment, cwd=env.ROOT, capture_output=True, text=True, check=False
    )


def asked_of(folder: str, script: str) -> subprocess.CompletedProcess[str]:
    """The same of a script that needs no start of its own."""
    return forked(Path(folder), local.free_port(), script, DATA_DIR=folder)


def test_odd_names_are_taken_as_they_are(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*NAMES)
    script = "from django.conf import settings; print(settings.EMAIL_FILE_PATH)"
    told = asked_of(str(folder), script)
    assert (told.stdout, told.stderr) == (f"{folder}/mail\n", "")
    assert (folder / "environment").exists()


def test_servers_run_in_a_folder_with_an_odd_and_long_name() -> None:
    """As an ordinary user, for whom PostgreSQL's files are in the folder, too."""
    prefix = AS_NOBODY_SPECIAL if os.geteuid() == 0 else []
    if prefix and subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        prefix = []  # where the kernel lets nobody pose as another user, root's way is tried
    with TemporaryDirectory(prefix="gantry-") as base:
        folder = Path(base) / "".join(NAMES) / ("long" * 40)
        told = run(SERVERS, str(folder), *prefix)
    kept = ["environment", "environment.lock", "lock", "postgres", "postgres.log", "valkey"]
    assert told.stderr == ""
    assert told.stdout.splitlines() == [f"{folder}/mail", *kept, "valkey.log"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("a\nb", "DATA_DIR '{}/a\\nb' must be made of printable characters."),
        ("a\x1b[31m", "DATA_DIR '{}/a\\x1b[31m' must be made of printable characters."),
        ("a\udcff", "DATA_DIR '{}/a\\udcff' must be made of printable characters."),
        ("/".join(["long" * 40] * 6), "DATA_DIR is longer than 900 bytes."),
        ("long" * 100, "DATA_DIR {}/" + "long" * 100 + " cannot be used: File name too long."),
        ("file", "DATA_DIR {}/file cannot be used: File exists."),
        ("file/below", "DATA_DIR {}/file/below cannot be used: Not a directory."),
        ("ring", "DATA_DIR cannot be used: Symlink loop from '{}/ring'"),
        ("/proc/nothing", "DATA_DIR /proc/nothing cannot be used: No such file or directory."),
        ("~nobody-here/x", "DATA_DIR cannot be used: Could not determine home directory."),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path, name: str, told: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "ring").symlink_to("ring")
    folder = name if name.startswith("~") else str(tmp_path / name)
    ended = asked_of(folder, "from dev.server import development")
    assert (ended.returncode, ended.stderr) == (1, told.format(tmp_path) + "\n")


def test_a_folder_without_rights_or_room_is_refused(tmp_path: Path) -> None:
    closed, full = tmp_path / "closed", tmp_path / "full"
    closed.mkdir(mode=0o500)
    # Root may write anywhere but where the kernel keeps its own.
    ended = run(
        "from dev.server import development", "/sys/x" if os.geteuid() == 0 else str(closed)
    )
    reasons = "Operation not permitted|Permission denied|Read-only file system"
    assert ended.returncode == 1
    assert re.fullmatch(rf"DATA_DIR \S+ cannot be used: ({reasons})\.\n", ended.stderr)

    ended = run("from dev.server import development", str(full), *NO_ROOM)
    told = f"DATA_DIR {full} cannot be used: File too large.\n"
    assert (ended.returncode, ended.stderr) == (1, told)


def test_a_relative_name_and_a_link_are_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("elsewhere")
    named = os.path.relpath(tmp_path / "link", env.ROOT)
    told = asked_of(named, "from config import local; print(local.DATA_DIR)")
    assert told.stdout == f"{(tmp_path / 'elsewhere').resolve()}\n"


def test_all_that_start_at_once_agree_on_the_settings(tmp_path: Path) -> None:
    command = development(tmp_path / "first", local.free_port())
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", FIRST_STARTS, str(tmp_path)],
            env={**os.environ, **command.env},
            cwd=env.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for start in starts:
        assert start.stdout
        assert start.stdout.readline() == "ready\n"
    begin = str(time.time() + 0.5)
    for start in starts:
        assert start.stdin
        start.stdin.write(f"{begin}\n")
        start.stdin.flush()
    told = [start.communicate()[0].split() for start in starts]
    kept = [local.read(tmp_path / str(n) / "environment")["SECRET_KEY"] for n in range(20)]
    assert told == [kept] * 6


@pytest.mark.parametrize(
    ("chosen", "told"),
    [
        ({"PORT": "abc"}, "PORT must be a whole number, not 'abc'."),
        ({"PORT": "0"}, "PORT must be between 1 and 65535, not 0."),
        ({"PORT": "65536"}, "PORT must be between 1 and 65535, not 65536."),
        ({"HOST": "192.0.2.1"}, "No server can listen on HOST 192.0.2.1, PORT {}: Cannot assign"),
    ],
)
def test_an_address_that_makes_no_sense_is_refused(
    tmp_path: Path, chosen: dict[str, str], told: str
) -> None:
    port = local.free_port()
    ended = forked(tmp_path, port, **chosen)
    check_refusal(ended.returncode, ended.stdout + ended.stderr, told.format(port))


def test_a_setting_that_makes_no_sense_is_refused_by_the_first_program(tmp_path: Path) -> None:
    code, said = refused(tmp_path, local.free_port(), **ITS_OWN, LOG_LEVEL="LOUD")
    told = "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, not 'LOUD'"
    check_refusal(code, said, told)


def check_refusal(code: int, said: str, told: str) -> None:
    """In one sentence."""
    assert code == 1
    assert said.startswith(told)
    assert "Traceback" not in said
    assert said.count("\n") == 1


def test_a_run_of_the_suite_removes_what_killed_ones_left(tmp_path: Path) -> None:
    for name in ("gantry-test.killed", "gantry-test.running", "gantry-test.begins", "other"):
        (tmp_path / name).mkdir()
    for name in ("gantry-test.killed", "gantry-test.running", "other"):
        (tmp_path / name / "lock").touch()
        os.utime(tmp_path / name / "lock", (0, 0))
    (tmp_path / "gantry-test.begins/lock").touch()
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    (tmp_path / "gantry-test.killed/postgres").symlink_to(cluster)
    with (tmp_path / "gantry-test.running/lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        testing.remove_leftovers(tmp_path)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["gantry-test.begins", "gantry-test.running", "other"]
