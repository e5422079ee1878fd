"""`manage.py measure`: fills the database, starts the servers, measures, checks the goals."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.web import RETURN_EVERY
from dev.bench import express, filling
from dev.bench.asking import (
    last_page,
    newest,
    newest_of_each,
    raw_rows,
    same_board,
    same_tasks,
    traffic,
)
from dev.bench.filling import Dataset, fill
from dev.bench.goals import chosen, times_its_floor, verdicts
from dev.bench.many import REFERENCE, Many, fill_many
from dev.bench.plans import failing_lists
from dev.bench.processor import mebibytes_of
from dev.bench.rounds import Figures, measure
from dev.bench.serving import BEFORE, EXPRESS, SERVERS, Server, serving
from dev.bench.targets import (
    CONNECTIONS,
    Target,
    earlier,
    in_bulk,
    in_large_projects,
    moving,
    overviews,
    reading,
    writing,
)
from dev.bench.targets import (
    express as express_target,
)
from tests.support.traffic import Traffic

ROW = "{:<27}{:>7}{:>8}{:>8}{:>8}{:>8}{:>8}{:>5}{:>7}{:>9}"
HEAD = ("", "req/s", "p50 ms", "p95 ms", "web ms", "SQL ms", "KiB", "SQL", "trips", "x floor")


class Command(BaseCommand):
    help = "Measure the server beside its floors."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="two rounds of one second")
        parser.add_argument("--before", default="", help="a commit to measure as well")
        parser.add_argument("--tasks", type=int, default=0, help="tasks in all, such as 1000000")
        parser.add_argument("--express", action="store_true", help="measure Express and pg as well")
        parser.add_argument(
            "--only", nargs="+", default=[], metavar="LINE", help="these lines, with their floors"
        )

    def handle(self, *args: Any, tasks: int, only: list[str], **options: Any) -> None:
        rounds, seconds = (2, 1.0) if options["quick"] else (5, 3.0)
        before = options["before"]
        self.stdout.write("Filling the database ...")
        dataset, many = fill(), fill_many(max(tasks - filling.ALL, REFERENCE))
        failing = self._plans(many) if tasks else []
        others = [
            *([BEFORE] if before else []),
            *([EXPRESS] if options["express"] and self._has_node() else []),
        ]
        with serving(*SERVERS, *others, before=before) as servers:
            targets = chosen(_targets(dataset, many, servers), only)
            self.stdout.write(f"Measuring {rounds} rounds of {seconds:g} s for each line ...\n\n")
            counts = traffic(targets)
            figures = measure(
                targets, servers, lambda: raw_rows(dataset), rounds=rounds, seconds=seconds
            )
            time.sleep(RETURN_EVERY + 1)  # what large answers left free is given back by then
            memory = mebibytes_of(servers["gantry"].pid)
        self._print(figures, counts)
        if not self._judge(figures, memory) or failing:
            raise SystemExit(1)

    def _plans(self, many: Many) -> list[str]:
        """Tell which lists read, sort or take too much in the largest project."""
        self.stdout.write("Explaining every list ...")
        failing = list(failing_lists(many))
        for line in failing or ["Every filter in every order reads what it shows."]:
            self.stdout.write(line)
        return failing

    def _has_node(self) -> bool:
        is_there = express.is_installed()
        if not is_there:
            self.stdout.write("Without Express: it needs Node, npm and a package registry.")
        return is_there

    def _print(self, figures: dict[str, Figures], counts: dict[str, Traffic]) -> None:
        self.stdout.write(ROW.format(*HEAD))
        for name, one in figures.items():
            times = (f"{ms:.1f}" for ms in (one.p50, one.p95))
            used = (f"{ms:.2f}" for ms in (one.web, one.sql))
            floor = times_its_floor(name, figures)
            ratio = f"{floor:.2f}" if floor else ""
            count = counts.get(name, ("", ""))
            size = f"{one.size / 1024:.1f}"
            self.stdout.write(
                ROW.format(name, f"{one.rate:.0f}", *times, *used, size, *count, ratio)
            )
        self.stdout.write("")

    def _judge(self, figures: dict[str, Figures], memory: float) -> bool:
        """Print for each goal whether it is reached; True if all are."""
        found = list(verdicts(figures, memory))
        for text, is_reached in found:
            self.stdout.write(f"{'ok    ' if is_reached else 'MISSED'}  {text}")
        return all(each.is_reached for each in found)


def _targets(dataset: Dataset, many: Many, servers: dict[str, Server]) -> list[Target]:
    ids = same_tasks(dataset, servers)
    same_board(dataset, servers)
    moved = newest_of_each(dataset, servers["gantry"])
    targets = reading(dataset, ids[0]) + overviews(dataset)
    targets += writing(dataset, ids[-1])
    targets += moving(dataset, ids[-CONNECTIONS - 1 : -1], moved)
    targets += [in_bulk(dataset, newest(dataset, servers["gantry"], dataset.projects[1], 100))]
    targets += in_large_projects(many, last_page(many, servers["gantry"]))
    targets += [earlier(each) for each in targets if each.is_old and BEFORE in servers]
    return [*targets, *([express_target(dataset)] if EXPRESS in servers else [])]
