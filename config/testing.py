"""`bin/test`: throw-away servers around one run of pytest."""

import os
import shutil
import signal
import sys
from contextlib import suppress

from config import embedded, local, processes


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
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
        shutil.rmtree(local.DATA_DIR, ignore_errors=True)
