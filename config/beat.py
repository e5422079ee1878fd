"""The scheduler of beat, with a heartbeat for its health check."""

from typing import Any

from django.conf import settings
from django_celery_beat.schedulers import DatabaseScheduler

from core.heartbeats import Heartbeat


class Scheduler(DatabaseScheduler):
    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._heartbeat = Heartbeat("beat", settings.DATA_DIR)
        super().__init__(*arguments, **named)

    def tick(self, *arguments: Any, **named: Any) -> float:
        """Run what is due; a tick that failed has been logged and is no reason to restart."""
        pause: float = super().tick(*arguments, **named)
        self._heartbeat.beat()
        return pause
