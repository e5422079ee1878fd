"""The same job from many sides at the same moment."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from core.errors import Refusal
from jobs.models import Job
from jobs.registry import Run
from jobs.services.submission import (
    MOST_UNFINISHED,
    JobHasEnded,
    JobKeyReused,
    TooManyJobs,
    cancel_job,
    retry_job,
    submit_job,
)
from tests.jobs.kinds import Counting, facts, make_due, nothing, now_of, run_all, submitted
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.context import without_context
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once, times


def outcome(call: Any, *values: Any, **named: Any) -> Any:
    """What the call returns, or the class of its refusal."""
    try:
        return call(*values, **named)
    except Refusal as refusal:
        return type(refusal)


def test_one_key_is_one_job(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    asked: dict[str, Any] = {"actor": by(cast.max), "kind": "counting", "idempotency_key": "k"}
    found = times(50, lambda _: submit_job(payload={"steps": 1}, **asked))
    assert len({job.pk for job, is_new in found}) == 1
    assert sum(is_new for job, is_new in found) == 1
    other = times(5, lambda n: outcome(submit_job, payload={"steps": n + 2}, **asked))
    assert set(other) == {JobKeyReused}
    run_all()
    assert counting.taken == [1]


def test_a_key_is_known_where_its_owner_sees_nothing(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    """Of a workspace they have left."""
    asked: dict[str, Any] = {"actor": by(cast.max), "kind": "counting", "payload": {}}
    submit_job(workspace=cast.elsewhere, idempotency_key="k", **asked)
    with without_context():
        assert outcome(submit_job, idempotency_key="k", **asked) is JobKeyReused


def test_nobody_gets_past_the_number_of_jobs(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    for _ in range(MOST_UNFINISHED - 2):
        submitted(cast.max)
    found = times(8, lambda _: outcome(submitted, cast.max))
    assert Counter(each is TooManyJobs for each in found) == {True: 6, False: 2}


def test_a_job_is_begun_again_once(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    job = submitted(cast.max)
    cancel_job(actor=by(cast.max), job=job)
    found = times(8, lambda _: outcome(retry_job, actor=by(cast.max), job=job))
    assert Counter(isinstance(each, Job) for each in found) == {True: 1, False: 7}
    run_all()
    assert counting.taken == [1]


def test_a_job_that_is_cancelled_as_it_ends_has_one_end(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    for _ in range(10):
        job, counting.taken, counting.undone = submitted(cast.max), [], []
        cancel = partial(outcome, cancel_job, actor=by(cast.max), job=job)
        found = at_once(cancel, run_all)
        run_all()
        [state] = facts(job, "state")
        assert (state == Job.State.COMPLETED) == (found[0] is JobHasEnded)
        assert state != Job.State.COMPLETED or not counting.undone


def test_who_holds_up_a_step_is_not_the_fault_of_the_job(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    """It is tried again for as long as others hold the rows, and its attempts are not used up."""
    job = submitted(cast.max)

    def during(run: Run) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '10ms'")
            cursor.execute("SELECT FROM accounts_user WHERE id = %s FOR UPDATE", [cast.max.pk])

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT FROM accounts_user WHERE id = %s FOR UPDATE", [cast.max.pk])
            for _ in range(counting.most_failures + 2):
                at_once(run_all)
                make_due()

    counting.during = during
    with transaction.atomic():
        at_once(hold)
    assert facts(job, "state", "failures") == [Job.State.PROCESSING, 0]
    run_all()
    assert now_of(job).state == Job.State.COMPLETED


def test_a_lost_connection_leaves_the_job_to_others(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    """Once its lease has ended; the step is rolled back."""
    job = submitted(cast.max)

    def during(run: Run) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    counting.during = during
    with pytest.raises(OperationalError):
        run_all()
    connection.close()
    assert facts(job, "state", "failures", "error") == [Job.State.PROCESSING, 1, None]
    assert run_all() == 0
    counting.during = nothing
    make_due()
    run_all()
    assert facts(job, "state", "attempts") == [Job.State.COMPLETED, 2]
