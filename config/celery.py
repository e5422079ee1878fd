"""The Celery application; its tasks are in each app's `background.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from billiard import pool
from celery import Celery, Task
from celery.signals import heartbeat_sent, worker_init
from django.conf import settings
from django_structlog.celery.steps import DjangoStructLogInitStep

from config import env
from core import functions
from core.checks import refuse_flawed_database
from core.heartbeats import Heartbeat

if TYPE_CHECKING:
    AnyTask = Task[..., Any]
else:
    AnyTask = Task

env.choose_settings("config.settings.development")

LONGEST_WAIT = 60


class PromptTask(AnyTask):
    """A task that cannot be delayed for long: write a row with a due time and scan it instead.

    The broker would deliver a message that waits longer than `visibility_timeout` several times.
    """

    abstract = True

    def __call__(self, *args: Any, **named: Any) -> Any:
        """As a worker calls it; runs of functions that beat triggers are recorded."""
        name = functions.name_of(*self.name.rsplit(".", 1))
        if self.request.called_directly or name not in functions.scheduled_names():
            return super().__call__(*args, **named)
        with functions.observed(name):
            return super().__call__(*args, **named)

    def apply_async(self, *args: Any, **options: Any) -> Any:
        if options.get("eta") or (options.get("countdown") or 0) > LONGEST_WAIT:
            raise ValueError(f"{self.name} may not wait in the broker: plan a row and scan it.")
        return super().apply_async(*args, **options)


app = Celery("gantry", task_cls=PromptTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks(related_name="background")
# A process of the pool ends once its results have been read, or after this many tenths of a second.
# A worker asked to stop reads none of a task it had just handed on; by default, it waits for 30 s.
pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = 30


@worker_init.connect
def check_database(**named: Any) -> None:
    refuse_flawed_database()


@worker_init.connect
def start_heartbeat(sender: Any, **named: Any) -> None:
    """Write a heartbeat whenever the worker's main loop sends Celery's own heartbeat event."""
    is_for_jobs = str(sender.hostname).startswith("jobs@")
    heartbeat = Heartbeat("jobs" if is_for_jobs else "worker", settings.DATA_DIR)

    def beat(**named: Any) -> None:
        heartbeat.beat()

    heartbeat_sent.connect(beat, weak=False)
