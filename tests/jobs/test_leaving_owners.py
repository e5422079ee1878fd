"""What becomes of jobs when their owner deletes the account, or reads what is kept of them."""

import pytest
from django.utils import timezone

from accounts.services.deletion import delete_person
from core.actor import Actor
from jobs.models import Job, ResultFile
from jobs.registry import Run
from jobs.services.result_files import KEPT_FOR
from jobs.services.submission import cancel_job, retry_job
from tests.jobs.kinds import Counting, facts, run_all, submitted
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import at_once


@pytest.mark.django_db
def test_jobs_go_with_their_owner(cast: Cast, counting: Counting) -> None:
    done = submitted(cast.max)
    ResultFile.objects.create(
        job=done, owner=cast.max, key="k", name="n", size=1, expires_at=timezone.now() + KEPT_FOR
    )
    run_all()
    other = submitted(cast.ada)
    waiting = submitted(cast.max)
    delete_person(actor=by(cast.max), person=cast.max)
    assert list(Job.objects.values_list("pk", flat=True)) == [other.pk]
    assert ResultFile.objects.get().expires_at <= timezone.now()
    assert waiting.pk


def test_a_job_at_work_is_taken_back_and_emptied(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    job = submitted(cast.max, 3)

    def during(run: Run) -> None:
        if run.position:
            at_once(lambda: delete_person(actor=by(cast.max), person=cast.max))

    counting.during = during
    run_all()
    assert counting.undone == [{"next": 2}]
    assert facts(job, "state", "payload", "result", "error", "sentence", "credential") == [
        Job.State.CANCELLED,
        {},
        None,
        None,
        "",
        [],
    ]


@pytest.mark.django_db
def test_nobody_begins_the_job_of_a_deleted_person_again(cast: Cast, counting: Counting) -> None:
    """Not even staff."""
    job = submitted(cast.max)
    Job.objects.update(credential=[])
    cancel_job(actor=by(cast.max), job=job)
    retry_job(actor=Actor.system("staff"), job=job)
    run_all()
    assert facts(job, "state", "payload", "error") == [Job.State.FAILED, {}, None]


@pytest.mark.django_db
def test_jobs_are_exported(cast: Cast, counting: Counting) -> None:
    submitted(cast.max)
    run_all()
    [found] = client_of(cast.max).ask("get", "/api/auth/me/export")["data"]["jobs"]
    assert (found["type"], found["state"]) == ("counting", Job.State.COMPLETED)
    assert (found["payload"], found["result"]) == ({"steps": 1}, {"steps": 1})
