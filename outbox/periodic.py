"""Functions that the relay calls periodically; upper apps register theirs here."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError

from core import functions

logger = logging.getLogger(__name__)


@dataclass
class Scan:
    """A function to call every `every` seconds; it may run twice, late or concurrently.

    If it returns True there is more to do: it is called again in the next turn.
    """

    look: Callable[[], object]
    every: float
    due: float = field(default=0.0)
    name: str = ""
    """That of the function as which its runs are recorded; without one they are not."""

    def run(self) -> bool:
        """Whether there is more to do."""
        if not self.name:
            return self.look() is True
        with functions.observed(self.name):
            return self.look() is True


_scans: list[Scan] = []


def scan(*, every: float, of: str = "") -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Have the decorated function run every so many seconds.

    `of` is the name of the function that workers run for the same purpose (`core.functions`), by
    default its own.
    """

    def register(look: Callable[[], object]) -> Callable[[], object]:
        name = of or functions.name_of(look.__module__, look.__name__)
        functions.in_relay(name, look, every)
        _scans.append(Scan(look, every, name=name))
        return look

    return register


def run_due() -> bool:
    """Run the scans that are due; returns whether one of them has more to do.

    An error of one is logged, unless it is the database's.
    """
    has_more = False
    for entry in _scans:
        if time.monotonic() < entry.due:
            continue
        entry.due = time.monotonic() + entry.every
        try:
            if entry.run():
                entry.due, has_more = 0.0, True
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            logger.exception("scan_failed")
    return has_more
