"""`bin/bench`: runs one measurement on temporary servers, which are durable like real ones."""

import os
import signal
import sys
from contextlib import suppress

from config import local, processes, programs
from dev.server import binaries, embedded

OTHERS = {
    "--export": "measure_exports",
    "--mail": "measure_mail",
    "--reminders": "measure_reminders",
    "--import": "measure_import",
    "--locks": "measure_locks",
    "realtime": "measure_realtime",
}
"""Commands, by the first argument; the others are theirs."""


def main() -> int:
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.keep_private()
    os.environ["DJANGO_SETTINGS_MODULE"] = "dev.bench.settings"
    with suppress(KeyboardInterrupt), embedded.running():
        chosen = sys.argv[1:]
        other = OTHERS.get(chosen[0]) if chosen else None
        what = [other, *chosen[1:]] if other else ["measure", *chosen]
        return _manage("migrate", "--verbosity=0") or _manage(*what)
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
