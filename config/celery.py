"""The Celery application; entries live in each app's `background.py`."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING, Any

from celery import Celery, Task
from celery.signals import beat_init, worker_init
from django_structlog.celery.steps import DjangoStructLogInitStep

from core.checks import refuse_flawed_database

if TYPE_CHECKING:
    from types import FrameType

    AnyTask = Task[..., Any]
else:
    AnyTask = Task

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")

LONGEST_WAIT = 60
PAUSE = 1.0
"""Seconds between two questions to a database that is away."""


class PromptTask(AnyTask):
    """A message that waits long is redelivered again and again: plan a row instead."""

    abstract = True

    def apply_async(self, *args: Any, **options: Any) -> Any:
        if options.get("eta") or (options.get("countdown") or 0) > LONGEST_WAIT:
            raise ValueError(f"{self.name} may not wait in the broker: plan a row and scan it.")
        return super().apply_async(*args, **options)


app = Celery("gantry", task_cls=PromptTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(related_name="background")


@worker_init.connect
def check_database(**named: Any) -> None:
    refuse_flawed_database()


@beat_init.connect
def await_database(**named: Any) -> None:
    """Beat reads its entries at once, and would end without a database that has them."""
    # Celery's own answer to a request to stop would write the entries first.
    ordinary = {number: signal.signal(number, _stop) for number in (signal.SIGTERM, signal.SIGINT)}
    while not refuse_flawed_database():
        time.sleep(PAUSE)
    for number, handler in ordinary.items():
        signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
