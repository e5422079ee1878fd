"""`bin/fuzz`: starts temporary servers and the product's programs, and sends generated requests."""

import argparse
import os
import signal
import sys
from contextlib import suppress

from config import local, processes
from dev.fuzz import runs
from dev.fuzz.serving import serving
from dev.server import binaries


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.keep_private()
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.production"
    with suppress(KeyboardInterrupt), serving() as server:
        return runs.run(server, options)
    return 130


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bin/fuzz", description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000, help="at least (10,000)")
    parser.add_argument("--quick", action="store_true", help="1,500 random cases, as .ci/run does")
    parser.add_argument("--seed", type=int, default=1, help="of what is generated (1)")
    parser.add_argument("--minutes", type=int, default=25, help="after which it ends (25)")
    parser.add_argument("--only", metavar="REGEX", help="paths that match")
    options = parser.parse_args()
    if options.quick:
        options.cases = 1_500
    return options


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        binaries.remove(local.DATA_DIR)
