"""`bin/test`: runs pytest with temporary servers."""

import fcntl
import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path

from config import local, processes
from dev.server import binaries, embedded

STARTING = 60
"""Seconds for which a data folder may not be locked yet."""


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.keep_private()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    remove_leftovers(local.DATA_DIR.parent)
    suite = processes.Command("pytest", [sys.executable, "-m", "pytest", *sys.argv[1:]])
    with suppress(KeyboardInterrupt), embedded.running(durable=False):
        process = processes.start(suite)
        try:
            return process.wait()
        finally:
            processes.stop(process, suite)
    return 130


def remove_leftovers(base: Path) -> None:
    """Remove the data folders of killed runs, which take memory.

    Not those of the last minute: a run that starts at the same time has not locked its own yet.
    """
    for file in base.glob("gantry-test.*/lock"):
        if time.time() - file.stat().st_mtime < STARTING:
            continue
        with suppress(BlockingIOError), file.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            binaries.remove(file.parent)


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        binaries.remove(local.DATA_DIR)
