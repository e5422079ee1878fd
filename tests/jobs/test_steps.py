"""What becomes of a job whose steps succeed, fail, are refused, hang, or are cancelled."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.errors import Conflict, Unavailable
from jobs.models import Job
from jobs.registry import Finished, Outcome, Run
from jobs.services import running
from jobs.services.submission import cancel_job
from tests.jobs.kinds import (
    Counting,
    error_of,
    facts,
    make_due,
    nothing,
    now_of,
    run_all,
    submitted,
)
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.context import without_context

pytestmark = pytest.mark.django_db


def raising(problem: Exception) -> Any:
    def during(run: Run) -> None:
        raise problem

    return during


def returning(outcome: Outcome) -> Any:
    def step(run: Run) -> Outcome:
        return outcome

    return step


def test_steps_are_taken_one_after_the_other(cast: Cast, counting: Counting) -> None:
    job = submitted(cast.max, 3)
    with without_context():
        assert run_all() == 1
    assert counting.taken == [1, 2, 3]
    assert facts(job, "state", "result", "attempts", "failures", "claim", "position") == [
        Job.State.COMPLETED,
        {"steps": 3},
        1,
        0,
        None,
        None,
    ]
    assert counting.closed == 1


def test_a_job_of_one_step_takes_few_statements(cast: Cast, counting: Counting) -> None:
    """Claiming and looking for the next one included."""
    submitted(cast.max)
    with without_context(), CaptureQueriesContext(connection) as captured:
        run_all()
    assert counting.taken == [1]
    assert len(captured) <= 30


def test_an_error_is_tried_again_until_it_is_too_often(cast: Cast, counting: Counting) -> None:
    """The owner is told its name only, as its text may quote what others have written."""
    counting.during = raising(ValueError("secret"))
    job = submitted(cast.max)
    for attempt in (1, 2, 3):
        assert run_all() == (2 if attempt == 3 else 1)
        make_due()
    assert facts(job, "state", "attempts", "sentence") == [Job.State.FAILED, 4, "Taken back."]
    assert now_of(job).error == {
        "code": "failed",
        "message": "A step failed: ValueError.",
        "errors": None,
    }
    assert counting.undone == [None]


def test_a_later_step_is_tried_as_often_as_the_first(cast: Cast, counting: Counting) -> None:
    job, tried = submitted(cast.max, 2), []

    def during(run: Run) -> None:
        if run.position:
            tried.append(run.position)
            raise ValueError

    counting.during = during
    for _ in range(5):
        run_all()
        make_due()
    assert now_of(job).state == Job.State.FAILED
    assert tried == [{"next": 2}] * 3


def test_pauses_grow(cast: Cast, counting: Counting) -> None:
    counting.during, job = raising(ValueError()), submitted(cast.max)
    pauses = []
    for _ in range(2):
        run_all()
        pauses.append(now_of(job).next_at - timezone.now())
        make_due()
    assert timedelta(0) < pauses[0] < timedelta(seconds=1.01) < pauses[1]


def test_a_step_that_succeeds_forgets_the_error(cast: Cast, counting: Counting) -> None:
    job = submitted(cast.max, 2)
    counting.during = raising(ValueError())
    run_all()
    assert now_of(job).error
    counting.during = nothing
    make_due()
    run_all()
    assert facts(job, "state", "error", "failures") == [Job.State.COMPLETED, None, 0]


def test_a_refusal_fails_the_job_at_once(cast: Cast, counting: Counting) -> None:
    counting.during = raising(Conflict("Not \0 now.", errors={"file": ["Empty."]}))
    job = submitted(cast.max)
    assert run_all() == 1
    assert facts(job, "state", "attempts") == [Job.State.FAILED, 1]
    found = {"code": "conflict", "message": "Not  now.", "errors": {"file": ["Empty."]}}
    assert now_of(job).error == found


def test_what_is_not_available_is_tried_again(cast: Cast, counting: Counting) -> None:
    """After the time that the refusal names."""
    counting.during = raising(Unavailable(retry_after=30))
    job = submitted(cast.max)
    run_all()
    assert facts(job, "state", "failures", "ending") == [Job.State.PROCESSING, 1, ""]
    assert now_of(job).next_at - timezone.now() > timedelta(seconds=29)


def test_taking_back_that_is_refused_ends_nevertheless(cast: Cast, counting: Counting) -> None:
    counting.during = raising(Conflict("No."))
    counting.undoing = raising(Conflict("Never."))
    job = submitted(cast.max)
    for _ in range(counting.most_failures + 1):
        assert run_all() == 1
        assert now_of(job).state == Job.State.PROCESSING or _ == counting.most_failures
        make_due()
    assert facts(job, "state", "error")[0] == Job.State.FAILED
    assert error_of(job)["message"] == "No."
    assert len(counting.undone) == counting.most_failures


def test_a_job_that_waits_for_another_attempt_ends_soon(cast: Cast, counting: Counting) -> None:
    """What it has begun to write is taken back by a worker."""
    job = submitted(cast.max)
    counting.during = raising(ValueError())
    run_all()
    cancel_job(actor=by(cast.max), job=now_of(job))
    assert now_of(job).state == Job.State.PROCESSING
    assert run_all() == 1
    assert now_of(job).state == Job.State.CANCELLED
    assert counting.undone == [None]


def test_a_worker_that_lost_its_claim_saves_nothing(cast: Cast, counting: Counting) -> None:
    job = submitted(cast.max)

    def during(run: Run) -> None:
        connection.cursor().execute("UPDATE jobs_job SET claim = gen_random_uuid()")

    counting.during = during
    assert run_all() == 1
    assert facts(job, "state", "result") == [Job.State.PROCESSING, None]


def test_what_cannot_be_saved_is_an_error(
    cast: Cast, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """JSON of PostgreSQL has no NUL; longer sentences are cut."""
    job = submitted(cast.max)
    counting.undoing = returning(Finished(sentence="x" * 1000))
    monkeypatch.setattr(counting, "step", returning(Finished(result={"a": "\0"})))
    for _ in range(counting.most_failures + 1):
        run_all()
        make_due()
    assert now_of(job).state == Job.State.FAILED
    assert error_of(job)["message"] == f"A step failed: {DataError.__name__}."
    assert now_of(job).sentence == "x" * 300


def test_a_job_that_takes_too_long_fails(cast: Cast, counting: Counting) -> None:
    job = submitted(cast.max)
    Job.objects.update(seconds=counting.most_seconds + 1)
    run_all()
    assert now_of(job).state == Job.State.FAILED
    assert error_of(job)["code"] == "time_limit_reached"


def test_an_error_while_closing_stops_nobody(
    cast: Cast, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [submitted(cast.max) for _ in range(2)]
    monkeypatch.setattr(counting, "close", raising(ValueError()))
    assert run_all() == 2
    assert {now_of(job).state for job in jobs} == {Job.State.COMPLETED}


def test_the_end_is_published_once(
    cast: Cast, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr("jobs.services.ending.publish", heard.append)
    submitted(cast.max, 2)
    run_all()
    make_due()
    run_all()
    assert [event.job.state for event in heard] == [Job.State.COMPLETED]


def test_a_worker_stops_between_steps_when_its_time_is_over(cast: Cast, counting: Counting) -> None:
    job = submitted(cast.max, 100)
    times = iter([True, True, False, False])
    assert running.run_due_jobs(has_time=lambda: next(times)) == 1
    assert counting.taken == [1, 2]
    assert facts(job, "state", "claim", "failures") == [Job.State.PROCESSING, None, 0]
    assert run_all() == 1
    assert facts(job, "state", "attempts") == [Job.State.COMPLETED, 1]
