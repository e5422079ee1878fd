"""Celery tasks, and the messages that call them: hints that a job may be due."""

import logging
import time

from celery import shared_task
from kombu.exceptions import OperationalError

from jobs.registry import job_types
from jobs.services import result_files, running
from jobs.services.functions import running as function_runs
from jobs.services.turns import due_jobs
from outbox.broker import PAUSE, SHORT_TIMEOUTS

LONGEST_RUN = 20.0
"""Seconds after which a worker begins no other job, so that it gets to other messages."""
LONGEST_STEP = 3600
FILES_AT_ONCE = 100
LONGEST_FUNCTION = 90
"""Seconds for all functions of one run; less than a claim is good for."""
MOST_HINTS = 8
"""The most messages sent at a time; a worker goes on with further jobs without one."""
EXPIRES = 5
"""Seconds after which workers drop a message: by then there are newer ones."""
PATIENCE = 3.0
"""Seconds for which a job is due until the relay does light ones itself."""
LONGEST_HELP = 0.2
"""Seconds that the relay gives to jobs at a time, as mail waits meanwhile."""

logger = logging.getLogger(__name__)


@shared_task(soft_time_limit=LONGEST_STEP, time_limit=LONGEST_STEP + 30)
def run_due_jobs() -> None:
    """Do jobs that are due; nothing if others do them already."""
    until = time.monotonic() + LONGEST_RUN
    running.run_due_jobs(has_time=lambda: time.monotonic() < until)


@shared_task
def remove_result_files() -> None:
    """Remove the files of jobs that have expired; the next run goes on where this one stops."""
    until = time.monotonic() + LONGEST_RUN
    while result_files.remove_expired_files(at_most=FILES_AT_ONCE) == FILES_AT_ONCE:
        if time.monotonic() > until:
            return


@shared_task(soft_time_limit=LONGEST_FUNCTION, time_limit=LONGEST_FUNCTION + 10)
def run_due_functions() -> None:
    """Run background functions that staff or events have asked for."""
    until = time.monotonic() + LONGEST_RUN
    function_runs.run_due_functions(has_time=lambda: time.monotonic() < until)


class Hints:
    """Tells workers that jobs are due. A lost message costs half a second: then comes the next."""

    def __init__(self) -> None:
        self._paused_until = 0.0

    def send(self) -> None:
        due = due_jobs(most=MOST_HINTS)
        if not due.amount:
            return
        if time.monotonic() >= self._paused_until:
            self._publish(due.amount)
        if due.waiting > PATIENCE:
            self._help()

    def _publish(self, amount: int) -> None:
        app = run_due_jobs.app
        options = {**app.conf.broker_transport_options, **SHORT_TIMEOUTS}
        try:
            with (
                app.connection_for_write(transport_options=options) as connection,
                connection.Producer() as producer,
            ):
                for _ in range(amount):
                    run_due_jobs.apply_async(producer=producer, retry=False, expires=EXPIRES)
        except (OperationalError, OSError) as problem:
            logger.warning("broker_does_not_answer", extra={"problem": str(problem)})
            self._paused_until = time.monotonic() + PAUSE

    def _help(self) -> None:
        """Do light jobs here, because no worker does."""
        light = [name for name, each in job_types().items() if each.is_light]
        until = time.monotonic() + LONGEST_HELP
        running.run_due_jobs(has_time=lambda: time.monotonic() < until, types=light)


hint_workers = Hints().send
