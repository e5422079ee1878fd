"""Celery beat's scheduler: waits for the database at its start, and writes a heartbeat."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django_celery_beat.schedulers import DatabaseScheduler

from core.checks import refuse_flawed_database
from core.heartbeats import Heartbeat

if TYPE_CHECKING:
    from types import FrameType

PAUSE = 1.0
"""Seconds between two checks of a database that is not available."""


class Scheduler(DatabaseScheduler):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._heartbeat = Heartbeat("beat", settings.DATA_DIR)
        # DatabaseScheduler reads and writes its entries in __init__.
        _await_database(self._heartbeat)
        super().__init__(*arguments, **named)

    def tick(self, *arguments: Any, **named: Any) -> float:
        """Run what is due, then write a heartbeat, also if the tick failed and was logged."""
        pause: float = super().tick(*arguments, **named)
        self._heartbeat.beat()
        return pause


def _await_database(heartbeat: Heartbeat) -> None:
    # Celery's own signal handlers would write the entries to the database first.
    ordinary = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    while not refuse_flawed_database():
        heartbeat.beat()
        time.sleep(PAUSE)
    for number, former in ordinary.items():
        signal.signal(number, former)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
