"""Recording runs of functions.

Scans run every few seconds in several processes. Each process counts by itself and adds what it
has counted to the function's figures every PAUSE seconds; a run of its own is kept of what failed
or was slow only.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from core.functions import Observation, Recorder, Wanted
from jobs.models import FunctionRun, Job, JobState, RunState, RunTrigger
from jobs.services.functions.types import type_name

PAUSE = 10.0
SLOW = 1000
"""Milliseconds from which on a run by a schedule is kept."""
SLOW_PAUSE = 60.0
"""Seconds in which a process keeps one slow run of a function only."""
LONGEST = 2**31 - 1
"""The most milliseconds that figures hold."""
ALIKE = timedelta(minutes=10)
"""For so long the same failure of a scheduled function is counted in one row."""
ADD = """
    INSERT INTO jobs_functionfigures AS known
        (name, runs, failures, started_at, milliseconds, failed_at, error)
    VALUES (%(name)s, %(runs)s, %(failures)s, %(started_at)s, %(milliseconds)s, %(failed_at)s,
        %(error)s)
    ON CONFLICT (name) DO UPDATE SET
        runs = known.runs + excluded.runs,
        failures = known.failures + excluded.failures,
        started_at = greatest(known.started_at, excluded.started_at),
        milliseconds = excluded.milliseconds,
        failed_at = coalesce(excluded.failed_at, known.failed_at),
        error = CASE WHEN excluded.failed_at IS NULL THEN known.error ELSE excluded.error END
"""


@dataclass
class Count:
    """What this process has counted of a function since it last added it to the figures."""

    runs: int = 0
    failures: int = 0
    failed_at: datetime | None = None
    error: str = ""
    added_at: float = float("-inf")
    """When that was, by the monotonic clock."""
    kept_at: float = float("-inf")
    """When it last kept a slow run."""


counts: dict[str, Count] = {}


class Recording(Recorder):
    """What `core.functions` calls."""

    def note(self, seen: Observation) -> None:
        if not _may_write(seen):
            return
        now, counted = time.monotonic(), counts.setdefault(seen.name, Count())
        if seen.error:
            _keep_failure(seen)
        elif seen.milliseconds >= SLOW and now - counted.kept_at > SLOW_PAUSE:
            counted.kept_at = now
            _keep(seen)
        count(seen)

    def add(self, wanted: Wanted) -> None:
        FunctionRun.objects.create(
            function=wanted.name,
            trigger=RunTrigger.EVENT,
            payload=wanted.payload,
            personal=wanted.personal,
            order_key=wanted.order_key,
            order_at=wanted.order_at,
        )

    def erase(self, name: str, order_key: str) -> None:
        runs = FunctionRun.objects.filter(function=name, order_key=order_key).exclude(personal={})
        runs.update(personal={})


def count(seen: Observation) -> None:
    """Count the run; add what is counted to the figures if it failed, or every PAUSE seconds."""
    now, counted = time.monotonic(), counts.setdefault(seen.name, Count())
    counted.runs += 1
    if seen.error:
        counted.failures += 1
        counted.failed_at, counted.error = seen.started_at, seen.error
    if not seen.error and now - counted.added_at < PAUSE:
        return
    values: dict[str, Any] = {
        "name": seen.name,
        "runs": counted.runs,
        "failures": counted.failures,
        "started_at": seen.started_at,
        "milliseconds": seen.milliseconds,
        "failed_at": counted.failed_at,
        "error": counted.error,
    }
    with connection.cursor() as cursor:
        cursor.execute(ADD, values)
    counts[seen.name] = Count(added_at=now, kept_at=counted.kept_at)


def count_job(job: Job) -> None:
    """Count a job that has ended for its type; one that was cancelled is none."""
    if job.started_at is None or job.state == JobState.CANCELLED:
        return
    milliseconds = min(int(job.seconds * 1000), LONGEST)
    error = str((job.error or {}).get("code", "")) if job.state == JobState.FAILED else ""
    count(
        Observation(
            name=type_name(job.type),
            started_at=job.started_at,
            milliseconds=milliseconds,
            error=error,
        )
    )


def _may_write(seen: Observation) -> bool:
    """False after an error that has ended the connection, or the transaction of the caller."""
    if not seen.error:
        return True
    if connection.in_atomic_block:
        return not connection.needs_rollback
    return connection.connection is None or connection.is_usable()


def _keep(seen: Observation) -> None:
    FunctionRun.objects.create(
        function=seen.name,
        trigger=RunTrigger.SCHEDULE,
        state=RunState.FAILED if seen.error else RunState.SUCCEEDED,
        attempts=1,
        error=seen.error,
        started_at=seen.started_at,
        finished_at=Now(),
        milliseconds=seen.milliseconds,
    )


@transaction.atomic
def _keep_failure(seen: Observation) -> None:
    """Count it in the row of the same failure a moment ago, or keep it in one of its own."""
    alike = FunctionRun.objects.filter(
        function=seen.name,
        trigger=RunTrigger.SCHEDULE,
        state=RunState.FAILED,
        error=seen.error,
        replay=None,
        created_at__gt=Now() - ALIKE,
    )
    last = alike.order_by("-created_at").values_list("pk", flat=True).first()
    if last is None:
        return _keep(seen)
    values = {"started_at": seen.started_at, "milliseconds": seen.milliseconds}
    FunctionRun.objects.filter(pk=last).update(
        attempts=F("attempts") + 1, finished_at=Now(), **values
    )
    return None
