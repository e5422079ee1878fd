"""`bin/bench`: runs one measurement on temporary servers, which are durable like real ones."""

import os
import signal
import sys
from contextlib import suppress

from config import local, processes, programs
from dev.server import binaries, embedded

OTHERS = {"--mail": "measure_mail", "--locks": "measure_locks"}


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.keep_private()
    os.environ["DJANGO_SETTINGS_MODULE"] = "dev.bench.settings"
    with suppress(KeyboardInterrupt), embedded.running():
        chosen = sys.argv[1:]
        what = OTHERS.get(" ".join(chosen), "measure")
        options = [] if " ".join(chosen) in OTHERS else chosen
        return _manage("migrate", "--verbosity=0") or _manage(what, *options)
    return 130


def _manage(*arguments: str) -> int:
    command = processes.Command(arguments[0], programs.manage(*arguments))
    process = processes.start(command)
    try:
        return process.wait()
    finally:
        processes.stop(process, command)


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        binaries.remove(local.DATA_DIR)
