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
        # Celery's handlers write the entries to the database, in the middle of whatever is being
        # done; the service itself does so once it has ended.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        self._is_ending = False
        self._heartbeat = Heartbeat("beat", settings.DATA_DIR)
        # DatabaseScheduler reads and writes its entries in __init__.
        _await_database(self._heartbeat)
        super().__init__(*arguments, **named)

    def tick(self, *arguments: Any, **named: Any) -> float:
        """Run what is due, then write a heartbeat, also if the tick failed and was logged."""
        if self._is_ending:  # and somebody's `except:` went on nevertheless
            raise SystemExit(0)
        pause: float = super().tick(*arguments, **named)
        self._heartbeat.beat()
        return pause

    def _end(self, number: int, frame: FrameType | None) -> None:
        self._is_ending = True
        raise SystemExit(0)


def _await_database(heartbeat: Heartbeat) -> None:
    while not refuse_flawed_database():
        heartbeat.beat()
        time.sleep(PAUSE)
