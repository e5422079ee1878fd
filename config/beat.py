"""Beat's scheduler, which waits for the database that has its entries."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

from django_celery_beat.schedulers import DatabaseScheduler

from core.checks import refuse_flawed_database

if TYPE_CHECKING:
    from types import FrameType

PAUSE = 1.0
"""Seconds between two questions to a database that is away."""


def checked_scheduler(**options: Any) -> Any:
    """The scheduler Celery asks for, which reads and writes its entries at once."""
    _await_database()
    return DatabaseScheduler(**options)


def _await_database() -> None:
    # Celery's own answer to a request to stop would write the entries first.
    ordinary = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    while not refuse_flawed_database():
        time.sleep(PAUSE)
    for number, former in ordinary.items():
        signal.signal(number, former)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
