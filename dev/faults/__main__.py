"""`bin/faults`: starts temporary servers, and kills parts of them while clients are at work."""

import argparse
import os
import signal
import sys
from contextlib import suppress

from config import local, processes
from dev.faults import live
from dev.faults.serving import migrate, serving
from dev.server import binaries, embedded


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.keep_private()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.production"
    with suppress(KeyboardInterrupt), embedded.running(durable=False):
        migrate()
        with serving(local.DATA_DIR) as servers:
            return live.run(servers, options.rounds, options.seed)
    return 130


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bin/faults", description=__doc__)
    parser.add_argument("what", choices=["live"], help="copies of a workspace, kept by sockets")
    parser.add_argument("--rounds", type=int, default=200, help="(200)")
    parser.add_argument("--seed", type=int, default=1, help="of what is written and killed (1)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        binaries.remove(local.DATA_DIR)
