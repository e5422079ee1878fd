"""`bin/test`: runs pytest with temporary servers."""

import os
import signal
import sys
from contextlib import suppress

from config import local, processes
from dev.server import binaries, embedded


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.keep_private()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    suite = processes.Command("pytest", [sys.executable, "-m", "pytest", *sys.argv[1:]])
    with suppress(KeyboardInterrupt), embedded.running(durable=False):
        process = processes.start(suite)
        try:
            return process.wait()
        finally:
            processes.stop(process, suite)
    return 130


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        binaries.remove(local.DATA_DIR)
