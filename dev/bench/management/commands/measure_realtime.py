"""`manage.py measure_realtime`: how fast events reach sockets, and what open sockets cost."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dev.bench.live_figures import Sizes, measured
from dev.bench.serving import serving

QUICK = Sizes(followers=100, idle=500, log=5000, workspaces=500, seconds=4.0)


class Command(BaseCommand):
    help = "Measure sockets: events, rest, replays of what was missed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="few sockets, a short log")
        parser.add_argument("--only", nargs="+", default=[], metavar="KIND")

    def handle(self, *args: Any, quick: bool, only: list[str], **options: Any) -> None:
        missed = False
        with serving("gantry") as servers:
            for kind, measure in measured(servers["gantry"], QUICK if quick else Sizes()):
                if only and kind not in only:
                    continue
                for figure in measure():
                    missed |= not figure.is_reached
                    word = "ok    " if figure.is_reached else "MISSED"
                    self.stdout.write(f"{word}  {figure}")
        self.stdout.write("load: {:.1f} {:.1f} {:.1f}".format(*os.getloadavg()))
        if missed:
            raise SystemExit(1)
