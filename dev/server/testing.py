"""`bin/test`: runs pytest with temporary servers."""

import fcntl
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from config import local, processes
from dev.server import binaries, embedded


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
    """Remove the data folders of killed runs, which take memory."""
    for file in base.glob("gantry-test.*/lock"):
        with suppress(BlockingIOError), file.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            binaries.remove(file.parent)


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        binaries.remove(local.DATA_DIR)
