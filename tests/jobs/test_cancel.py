"""Jobs that are cancelled while a worker is in the middle of a step: nobody waits for it."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from accounts.models import User
from jobs.models import Job
from jobs.registry import Finished, Outcome, Progress, Run
from jobs.services.submission import cancel_job, retry_job
from tests.jobs.kinds import Counting, Writing, facts, nothing, now_of, run_all, submitted
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once


def cancelled_elsewhere(person: User, job: Job) -> None:
    """By another connection, at once."""
    at_once(lambda: cancel_job(actor=by(person), job=job))


def cancelling(person: User, *, at: int) -> Callable[[Run], None]:
    def during(run: Run) -> None:
        if (run.position or {}).get("next", 1) == at:
            cancelled_elsewhere(person, run.job)

    return during


def next_of(outcomes: Iterator[Outcome], run: Run) -> Outcome:
    return next(outcomes)


def test_taking_back_takes_steps_too(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    job = submitted(cast.max, 5)
    counting.during = cancelling(cast.max, at=4)
    steps: Iterator[Outcome] = iter([Progress(position={"left": 1}), Finished()])
    counting.undoing = partial(next_of, steps)
    run_all()
    assert counting.undone == [{"next": 4}, {"left": 1}]
    assert facts(job, "state", "error") == [Job.State.CANCELLED, None]


def test_a_job_cancelled_in_its_last_step_is_cancelled(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    """The step is rolled back."""
    job = submitted(cast.max, 2)
    counting.during = cancelling(cast.max, at=2)
    assert run_all() == 1
    assert counting.undone == [{"next": 2}]
    assert facts(job, "state", "result") == [Job.State.CANCELLED, None]


def test_what_a_last_step_wrote_is_taken_back(
    committed_db: CommittedDatabase, cast: Cast, writing: Writing
) -> None:
    job = submitted(cast.max, 1, kind="writing")
    writing.during = cancelling(cast.max, at=1)
    assert run_all() == 1
    assert writing.undone == [None]
    assert facts(job, "state", "result") == [Job.State.CANCELLED, None]


def test_a_report_interrupts_a_job_that_is_to_end(
    committed_db: CommittedDatabase, cast: Cast, writing: Writing
) -> None:
    job = submitted(cast.max, 1, kind="writing")

    def during(run: Run) -> None:
        run.reporter.report(7, 10, "On it")
        assert facts(job, "done", "total", "sentence") == [7, 10, "On it"]
        cancelled_elsewhere(cast.max, job)
        run.reporter.report(8)
        pytest.fail("it went on")

    writing.during = during
    assert run_all() == 1
    assert writing.taken == []
    assert facts(job, "state", "attempts") == [Job.State.CANCELLED, 1]


def test_a_job_begun_again_begins_at_its_beginning(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    job = submitted(cast.max, 3)
    counting.during = cancelling(cast.max, at=2)
    run_all()
    counting.during, counting.taken = nothing, []
    retry_job(actor=by(cast.max), job=now_of(job))
    assert facts(job, "state", "attempts", "done", "cancelled_at", "error") == [
        Job.State.PENDING,
        0,
        0,
        None,
        None,
    ]
    run_all()
    assert counting.taken == [1, 2, 3]
    assert now_of(job).state == Job.State.COMPLETED
