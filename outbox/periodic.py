"""Functions that the relay calls periodically; upper apps register theirs here."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError

logger = logging.getLogger(__name__)


@dataclass
class Scan:
    """A function to call every `every` seconds; it may run twice, late or concurrently."""

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


def run_due() -> None:
    """Run the scans that are due; an error of one is logged, unless it is the database's."""
    for entry in _scans:
        if time.monotonic() < entry.due:
            continue
        entry.due = time.monotonic() + entry.every
        try:
            entry.look()
        except (InterfaceError, OperationalError):
            raise
        except Exception:
            logger.exception("scan_failed")
