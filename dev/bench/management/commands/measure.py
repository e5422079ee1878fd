"""`manage.py measure`: fills the database, starts the servers, measures, checks the goals."""

import json
from typing import Any
from urllib.request import Request, urlopen

from django.core.management.base import BaseCommand, CommandParser

from dev.bench.filling import Dataset, fill
from dev.bench.rounds import Figures, measure, sql_count
from dev.bench.serving import Server, serving
from dev.bench.targets import EARLIER, Target, earlier, headers, list_path, targets

ROW = "{:<15}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}{:>6}"
HEAD = ("", "req/s", "p50 ms", "p95 ms", "web ms", "SQL ms", "KiB", "SQL")
LEAST = {"bare list 50": 0.4, "naive list 50": 2.5, "without RLS": 0.9}
"""The least ratio of the rate of "list 50" to the rate of each of these targets."""


class Command(BaseCommand):
    help = "Measure the server beside a bare and a naive one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--quick", action="store_true", help="two rounds of one second")
        parser.add_argument("--before", default="", help="a commit to measure as well")

    def handle(self, *args: Any, quick: bool, before: str, **options: Any) -> None:
        rounds, seconds = (2, 1.0) if quick else (5, 4.0)
        self.stdout.write("Filling the database ...")
        dataset = fill()
        with serving(before) as servers:
            wanted = targets(dataset, *_same_tasks(dataset, servers))
            wanted += [earlier(one) for one in wanted if before and one.is_product]
            counts = {one.name: sql_count(one, dataset) for one in wanted if one.server == "gantry"}
            self.stdout.write(f"Measuring {rounds} rounds of {seconds:g} s for each line ...\n\n")
            figures = measure(wanted, dataset, servers, rounds=rounds, seconds=seconds)
        self._print(figures, counts)
        if not self._judge(figures, counts, wanted):
            raise SystemExit(1)

    def _print(self, figures: dict[str, Figures], counts: dict[str, int]) -> None:
        self.stdout.write(ROW.format(*HEAD))
        for name, one in figures.items():
            times = (f"{ms:.1f}" for ms in (one.p50, one.p95, one.web, one.sql, one.size / 1024))
            self.stdout.write(ROW.format(name, f"{one.rate:.0f}", *times, counts.get(name, "")))
        self.stdout.write("")

    def _judge(
        self, figures: dict[str, Figures], counts: dict[str, int], wanted: list[Target]
    ) -> bool:
        """Print for each goal whether it is reached; True if all are."""
        verdicts = []
        for name, least in LEAST.items():
            ratio = figures["list 50"].rate / figures[name].rate
            verdicts.append((f"list 50 / {name}: {ratio:.2f}, at least {least}", ratio >= least))
        for target in wanted:
            if most := target.most_sql:
                count = counts[target.name]
                verdicts.append((f"SQL of {target.name}: {count}, at most {most}", count <= most))
        for name, now in figures.items():
            if old := figures.get(f"{name}{EARLIER}"):
                ratios = f"{now.rate / old.rate:.2f} x req/s, {old.cpu / now.cpu:.2f} x less CPU"
                verdicts.append((f"{name} / before: {ratios}", True))
        for text, is_reached in verdicts:
            self.stdout.write(f"{'ok    ' if is_reached else 'MISSED'}  {text}")
        return all(is_reached for _, is_reached in verdicts)


def _same_tasks(dataset: Dataset, servers: dict[str, Server]) -> tuple[str, str]:
    """The ids of the first and the last task; SystemExit unless all show the same page."""
    gantry, bare = (_asked(servers[name].port, dataset)["data"] for name in ("gantry", "bare"))
    naive = _asked(servers["naive"].port, dataset)["results"]
    pages = [[task["id"] for task in page] for page in (gantry, bare, naive)]
    if len(pages[0]) != 50 or pages[0] != pages[1] or pages[0] != pages[2]:
        raise SystemExit("The servers do not list the same fifty tasks.")
    # The bare server has no rights, and shortens nothing.
    if differing := (gantry[0].keys() - {"abilities", "truncated"}) ^ bare[0].keys():
        raise SystemExit(f"dev/bench/bare.py differs in {', '.join(sorted(differing))}.")
    return str(pages[0][0]), str(pages[0][-1])


def _asked(port: int, dataset: Dataset) -> Any:
    address = f"http://127.0.0.1:{port}{list_path(dataset)}"
    with urlopen(Request(address, headers=headers(dataset))) as answer:
        return json.load(answer)
