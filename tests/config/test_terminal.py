"""`bin/dev` that is interrupted, or whose output nobody reads."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from accounts.models import User
from config import env, processes
from config.processes import Command
from tests.config.machine import Machine, throwaway
from tests.support.databases import CommittedDatabase
from tests.support.programs import eventually

# Says something, and ends with 7 once nobody reads it.
SAYING = """
import signal, time
from dev.server.console import Unread, check_is_read, say
signal.signal(signal.SIGHUP, signal.SIG_IGN)
say("here I am")
try:
    while True:
        {check}
        time.sleep(0.02)
except Unread:
    say("nobody hears this")
    raise SystemExit(7)
"""
CHECKS = ("check_is_read()", 'say("something")')
fresh = pytest.fixture(throwaway)


@pytest.fixture
def beside(committed_db: CommittedDatabase) -> Iterator[Machine]:
    """One that makes no database."""
    yield from throwaway(DATABASE_URL=committed_db.url, DIRECT_URL=committed_db.direct_url)


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("make", [os.pipe, pty.openpty])
def test_it_notices_that_its_reader_has_gone(
    make: Callable[[], tuple[int, int]], check: str
) -> None:
    reader, writer = make()
    argv = [sys.executable, "-c", SAYING.format(check=check)]
    process = processes.start(Command("saying", argv, folder=env.ROOT), writer)
    os.close(writer)
    assert os.read(reader, 100).startswith(b"gantry  | here I am")
    os.close(reader)
    assert process.wait(60) == 7


def test_nothing_is_left_when_nobody_reads_its_output(beside: Machine) -> None:
    """Nor does a database of somebody's own get the demo, for which there was time."""
    process = processes.start(beside.command(), subprocess.PIPE)
    assert process.stdout
    process.stdout.close()
    assert process.wait(60) == 0
    assert beside.alive() == {}
    assert not User.objects.exists()


def test_interrupted_while_it_starts_it_leaves_nothing_behind(fresh: Machine) -> None:
    fresh.boot()
    eventually((fresh.folder / "postgres" / "postmaster.pid").exists)
    assert fresh.end(signal.SIGINT) == 0
    assert fresh.alive() == {}
