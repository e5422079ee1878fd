"""Steps that neither end nor report anything."""

import time
from typing import Any

from django.db import connection

from jobs.models import Job
from jobs.registry import Run
from tests.jobs.kinds import (
    Counting,
    Writing,
    error_of,
    facts,
    make_due,
    now_of,
    run_all,
    submitted,
)
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase

MESSAGE = "A step failed: StepHangs."


def test_a_step_that_hangs_is_stopped(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting, settings: Any
) -> None:
    settings.JOBS_LEASE = 0.3
    counting.during = lambda _: time.sleep(60)
    job = submitted(cast.max)
    began = time.monotonic()
    run_all()
    assert time.monotonic() - began < 10
    assert facts(job, "failures", "claim") == [1, None]
    assert error_of(job)["message"] == MESSAGE


def test_a_statement_that_hangs_is_stopped(
    committed_db: CommittedDatabase, cast: Cast, writing: Writing, settings: Any
) -> None:
    """And its connection is given up; others get their turn until it has failed for good."""
    settings.JOBS_LEASE = 0.3
    job, other = submitted(cast.max, kind="writing"), submitted(cast.ada, kind="writing")

    def during(run: Run) -> None:
        if run.job.pk == job.pk:
            connection.cursor().execute("SELECT pg_sleep(10)")

    writing.during = during
    for _ in range(writing.most_failures + 1):
        run_all()
        make_due()
    assert now_of(job).state == Job.State.FAILED
    assert now_of(other).state == Job.State.COMPLETED


def test_a_step_that_reports_has_time(
    committed_db: CommittedDatabase, cast: Cast, writing: Writing, settings: Any
) -> None:
    settings.JOBS_LEASE = 1

    def during(run: Run) -> None:
        for number in range(6):
            time.sleep(0.3)
            run.reporter.report(number)

    writing.during = during
    job = submitted(cast.max, kind="writing")
    run_all()
    assert facts(job, "state", "attempts") == [Job.State.COMPLETED, 1]
    assert now_of(job).seconds > 1.5
