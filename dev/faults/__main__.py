"""`bin/faults`: starts temporary servers, and kills parts of them while clients are at work."""

import argparse
import os
import signal
import sys
from contextlib import suppress
from random import Random

from config import local, processes
from dev.faults import jobs, live, mail
from dev.faults.serving import Servers, migrate, sending, serving
from dev.mail_server import MailServer
from dev.server import binaries, embedded


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    processes.keep_private()
    has_jobs = options.what == "jobs"
    own = "dev.faults.settings" if has_jobs else "config.settings.production"
    os.environ["DJANGO_SETTINGS_MODULE"] = own
    with suppress(KeyboardInterrupt), embedded.running(durable=False):
        migrate()
        if has_jobs:
            chosen = {"jobs": options.jobs, "kills": options.kills, "seed": options.seed}
            return jobs.run(local.DATA_DIR, **chosen)
        with serving(local.DATA_DIR) as servers:
            if options.what == "live":
                return live.run(servers, options.rounds or 200, options.seed)
            return _run_mail(servers, options)
    return 130


def _run_mail(servers: Servers, options: argparse.Namespace) -> int:
    server = MailServer(chance=Random(options.seed))
    server.start()
    variables = {**mail.VARIABLES, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    with sending(servers, local.DATA_DIR, **variables) as senders:
        chosen = {"rounds": options.rounds or 100, "seed": options.seed, "faults": options.only}
        return mail.run(servers, senders, server, **chosen)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("bin/faults", description=__doc__)
    what = "copies of a workspace, kept by sockets; mail that has to arrive; or jobs"
    parser.add_argument("what", choices=["live", "mail", "jobs"], help=what)
    parser.add_argument("--rounds", type=int, help="(200; 100 of mail)")
    parser.add_argument("--jobs", type=int, default=50_000, help="how many jobs (50,000)")
    parser.add_argument("--kills", type=int, default=200, help="faults during the jobs (200)")
    parser.add_argument("--only", nargs="+", default=[], help="faults of mail, in this order")
    parser.add_argument("--seed", type=int, default=1, help="of what is written and killed (1)")
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        binaries.remove(local.DATA_DIR)
