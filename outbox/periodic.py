"""Functions that the relay calls periodically; upper apps register theirs here."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)


@dataclass
class Scan:
    """A function to call every `every` seconds; it may run twice, late or concurrently.

    If it returns True there is more to do: it is called again in the next turn.
    """

    look: Callable[[], object]
    every: float
    due: float = field(default=0.0)


_scans: list[Scan] = []


def scan(*, every: float) -> Callable[[Callable[[], object]], Callable[[], object]]:
    """Have the decorated function run every so many seconds."""

    def register(look: Callable[[], object]) -> Callable[[], object]:
        _scans.append(Scan(look, every))
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
            if entry.look() is True:
                entry.due, has_more = 0.0, True
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            logger.exception("scan_failed")
    return has_more
