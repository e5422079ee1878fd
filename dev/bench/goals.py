"""What the lines are compared with, and how they have to compare."""

from collections.abc import Iterator
from typing import NamedTuple

from dev.bench.rounds import Figures
from dev.bench.targets import COMMON_FILTERS, EARLIER, Target

FLOORS = {
    "list 50": "bare list 50",
    "unchanged list": "list 50",
    "filtered list": "list 50",
    "without RLS": "bare list 50",
    "task": "bare task",
    "me": "bare me",
    "create task": "raw create",
    "deep page": "list of 10,000",
    "board of 1,000": "bare board",
    "search of 100": "list 50",
    "search of a tenth": "list 50",
    "dashboard": "list 50",
    "large dashboard": "list 50",
}
MOST_MEMORY = 130.0
"""MiB of the web process after all rounds."""

EVENT_P50, EVENT_P99 = 150.0, 500.0
"""Milliseconds from a commit until a socket has the event, with a thousand in the room."""
SOCKET_SIZE = 40.0
"""KiB of the web process for a socket that follows a room."""
OPENED = 500.0
"""Sockets a second that are opened and follow a room."""
REPLAYED = 5000.0
"""Events a second that a client reads again."""

MAILS_A_SECOND = 100.0
"""With the default worker, to a mail server that takes 10 ms for each."""
MAIL_IDLE, MAIL_BEHIND_OTHERS = 2.0, 5.0
"""Seconds from the commit of an assignment until the mail server has its mail, p99."""
OTHERS_WAITING = 10_000


IMPORTED_A_SECOND = 2000.0
"""Rows of a CSV file that become tasks."""
IMPORT_MEMORY = 200.0
"""MiB of the worker above what it takes when it is idle."""
IMPORT_SLOWER = 2.0
"""How many times as long others wait meanwhile, p95."""


class Goal(NamedTuple):
    """How a line compares with another: its processor time at most, its rate at least."""

    line: str
    other: str
    most_cpu: float | None = None
    least_rate: float | None = None


GOALS = (
    Goal("list 50", "bare list 50", most_cpu=2.0),
    Goal("task", "bare task", most_cpu=2.0),
    Goal("me", "bare me", most_cpu=2.0),
    Goal("create task", "raw create", most_cpu=1.5),
    Goal("unchanged list", "list 50", most_cpu=0.5),
    Goal("filtered list", "list 50", most_cpu=1.5),
    Goal("list 50", "without RLS", most_cpu=1.1),
    Goal("list 50", "naive list 50", least_rate=2.5),
    Goal("deep page", "list of 10,000", most_cpu=1.2),
    *(
        Goal(f"{query} of 100,000", f"{query} of 10,000", most_cpu=1.2)
        for query in ("list", *COMMON_FILTERS)
    ),
    Goal("board of 1,000", "bare board", most_cpu=1.6),
    Goal("search of 100", "list 50", most_cpu=3.0),
    Goal("search of a tenth", "list 50", most_cpu=20.0),
    Goal("dashboard", "list 50", most_cpu=5.0),
    Goal("large dashboard", "list 50", most_cpu=5.0),
    Goal("list 50", f"list 50{EARLIER}", least_rate=2.0),
    Goal("unchanged list", f"list 50{EARLIER}", least_rate=2.5),
    Goal("filtered list", f"filtered list{EARLIER}", least_rate=2.0),
    Goal("task", f"task{EARLIER}", least_rate=1.7),
    Goal("me", f"me{EARLIER}", least_rate=1.7),
    Goal("create task", f"create task{EARLIER}", least_rate=2.0),
    Goal("comment", f"comment{EARLIER}", least_rate=1.7),
    Goal("transition", f"transition{EARLIER}", least_rate=1.7),
    Goal("list 50", "express list 50"),
)


class Figure(NamedTuple):
    """Something measured; `most` or `least` is its goal, neither if it is only told."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def is_reached(self) -> bool:
        is_high = self.most is not None and self.value > self.most
        return not (is_high or (self.least is not None and self.value < self.least))

    def __str__(self) -> str:
        goal = f", at most {self.most:g}" if self.most is not None else ""
        goal += f", at least {self.least:g}" if self.least is not None else ""
        return f"{self.name}: {self.value:.4g} {self.unit}{goal}"


class Verdict(NamedTuple):
    text: str
    is_reached: bool


def chosen(targets: list[Target], names: list[str]) -> list[Target]:
    """The lines with these names, and their floors; all without names.

    SystemExit for a name that no line has.
    """
    lines = {target.name for target in targets}
    if unknown := [name for name in names if name not in lines]:
        raise SystemExit(f"No line: {'; '.join(unknown)}. Lines: {'; '.join(sorted(lines))}.")
    wanted = {*names, *(FLOORS.get(name) for name in names)}
    return [target for target in targets if target.name in wanted or not names]


def verdicts(figures: dict[str, Figures], memory: float) -> Iterator[Verdict]:
    """Of each goal whose lines were measured; a goal without a limit is only told."""
    for goal in GOALS:
        if goal.line in figures and goal.other in figures:
            yield _verdict(goal, figures[goal.line], figures[goal.other])
    text = f"memory of the web process: {memory:.0f} MiB, at most {MOST_MEMORY:g}"
    yield Verdict(text, memory <= MOST_MEMORY)


def times_its_floor(name: str, figures: dict[str, Figures]) -> float | None:
    floor = figures.get(FLOORS.get(name, ""))
    return figures[name].cpu / floor.cpu if floor else None


def _verdict(goal: Goal, line: Figures, other: Figures) -> Verdict:
    cpu, rate = line.cpu / other.cpu, line.rate / other.rate
    text = f"{goal.line} / {goal.other}: {cpu:.2f} x CPU"
    text += f", at most {goal.most_cpu:g}" if goal.most_cpu else ""
    text += f"; {rate:.2f} x req/s"
    text += f", at least {goal.least_rate:g}" if goal.least_rate else ""
    is_slow = goal.least_rate is not None and rate < goal.least_rate
    is_dear = goal.most_cpu is not None and cpu > goal.most_cpu
    return Verdict(text, not (is_slow or is_dear))
