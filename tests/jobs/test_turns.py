"""Whose turn it is: every workspace has its share, whatever the others have asked for."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection, connections

from jobs.models import Job
from jobs.registry import Run
from jobs.services import turns
from jobs.services.running import run_due_jobs
from jobs.services.turns import claim_next
from tests.jobs.kinds import Counting, Writing, facts, make_due, now_of, run_all, submitted
from tests.support.cast import Cast, person
from tests.support.context import without_context
from tests.support.databases import CommittedDatabase
from tests.support.plans import explained, indexes_in, work_in
from tests.support.programs import eventually
from tests.support.threads import at_once

BATCH = 5000
QUEUE = """
    INSERT INTO jobs_job (id, created_at, updated_at, version, owner_id, tenant_id, type, payload,
        idempotency_key, credential, state, done, sentence, attempts, failures, ending, seconds,
        next_at)
    SELECT gen_random_uuid(), now(), now(), 1, %(owner)s, (lpad(n %% %(tenants)s || '', 8, '0')
        || '-0000-7000-8000-000000000000')::uuid, 'counting', '{"steps": 1}', '', %(kept)s::jsonb,
        %(state)s, 0, '', 0, 0, '', 0, now() - n * interval '1 ms'
    FROM generate_series(%(first)s::int, %(last)s::int) n
"""


def queue(cast: Cast, *, jobs: int, tenants: int, state: str = "PENDING") -> None:
    values: dict[str, Any] = {"owner": cast.max.pk, "tenants": tenants}
    values |= {"state": state, "kept": f'["session", "{cast.max.pk}", "", "", ""]'}
    with connection.cursor() as cursor:
        for done in range(0, jobs, BATCH):
            cursor.execute(QUEUE, {**values, "first": done + 1, "last": min(jobs, done + BATCH)})


@pytest.fixture(autouse=True)
def beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "_walk", turns.Walk())


@pytest.mark.django_db
def test_tenants_take_turns(cast: Cast, counting: Counting) -> None:
    """Although one has asked before the others, and for more."""
    jobs = [submitted(cast.max) for _ in range(20)]
    other = [submitted(cast.ada) for _ in range(3)]
    order: list[Any] = []
    counting.during = lambda run: order.append(run.job.tenant_id)
    assert run_all() == 23
    assert all(one != following for one, following in pairwise(order[:6]))
    assert {now_of(job).state for job in jobs + other} == {Job.State.COMPLETED}


@pytest.mark.django_db
def test_more_tenants_than_one_statement_looks_at(
    cast: Cast, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "WINDOW", 4)
    queue(cast, jobs=60, tenants=20)
    Job.objects.filter(tenant_id__lt="00000010-0000-0000-0000-000000000000").update(
        next_at="2100-01-01T00:00:00Z"
    )
    order: list[Any] = []
    counting.during = lambda run: order.append(run.job.tenant_id)
    assert run_all() == 30
    assert Counter(order[:10]).most_common(1)[0][1] == 1
    assert claim_next() is None


@pytest.mark.django_db
def test_a_tenant_has_a_number_of_jobs_at_work(
    cast: Cast, counting: Counting, settings: Any
) -> None:
    for _ in range(5):
        submitted(cast.max)
    assert claim_next()
    assert claim_next() is None
    settings.JOBS_PER_WORKSPACE = 3
    assert claim_next()
    assert claim_next()
    assert claim_next() is None
    make_due()
    assert claim_next()


@pytest.mark.django_db
def test_jobs_of_unknown_types_are_left_to_others(cast: Cast, counting: Counting) -> None:
    """To workers of a newer version; they do not stand in the way of others of their tenant."""
    first, second = submitted(cast.max), submitted(cast.max)
    Job.objects.filter(pk=first.pk).update(type="unheard of")
    run_all()
    assert facts(first, "state", "attempts") == [Job.State.PENDING, 0]
    assert now_of(second).state == Job.State.COMPLETED


@pytest.mark.django_db
def test_a_relay_does_light_jobs_only(cast: Cast, counting: Counting) -> None:
    submitted(cast.max)
    assert claim_next(types=["echo"]) is None
    assert claim_next(types=["counting"])


@pytest.mark.django_db
def test_a_long_job_lets_others_go_first(
    cast: Cast, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also one whose worker has died; and goes on where it was, without a further attempt."""
    monkeypatch.setattr("jobs.services.running.SLICE", 0.0)
    long = submitted(cast.max, 3)
    order: list[Any] = []
    counting.during = lambda run: order.append(run.job.pk)
    died = submitted(cast.ada)
    Job.objects.filter(pk=died.pk).update(
        claim="00000000-0000-7000-8000-000000000000", state="PROCESSING", failures=1
    )
    run_all()
    assert order[0] != order[1]
    assert facts(long, "attempts", "state") == [1, Job.State.COMPLETED]
    assert now_of(died).state == Job.State.COMPLETED


def test_two_workers_never_have_the_same_job(
    committed_db: CommittedDatabase, cast: Cast, counting: Counting
) -> None:
    queue(cast, jobs=40, tenants=8)
    done: list[Any] = []
    counting.during = lambda run: done.append(run.job.pk)
    with without_context():
        at_once(*[run_all] * 4)
    assert sorted(done) == sorted(Job.objects.values_list("pk", flat=True))
    assert set(Job.objects.values_list("attempts", flat=True)) == {1}


@contextmanager
def workers(amount: int) -> Iterator[None]:
    """So many threads do jobs during the block."""
    is_over = threading.Event()

    def work() -> None:
        run_due_jobs(has_time=lambda: not is_over.is_set())
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(amount)]
    for each in threads:
        each.start()
    yield
    is_over.set()
    for each in threads:
        each.join()


def test_a_hundred_jobs_of_one_delay_nobody_else(
    committed_db: CommittedDatabase, cast: Cast, writing: Writing
) -> None:
    """With two workers, and two tenants who have asked for a hundred slow jobs each."""
    begun: dict[Any, float] = {}

    def during(run: Run) -> None:
        begun[run.job.pk] = time.monotonic()
        time.sleep(0.1)

    writing.during = during
    for _ in range(100):
        submitted(cast.max, kind="writing")
        submitted(cast.ada, kind="writing")
    with workers(2):
        eventually(lambda: len(begun) > 2)
        asked, job = time.monotonic(), submitted(person("xia"), kind="writing")
        eventually(lambda: job.pk in begun, 10)
    assert begun[job.pk] - asked < 1


@pytest.mark.parametrize("tenants", [1, 500, 25_000])
@pytest.mark.django_db
def test_claiming_reads_a_few_rows_of_many(cast: Cast, counting: Counting, tenants: int) -> None:
    queue(cast, jobs=50_000, tenants=tenants)
    queue(cast, jobs=50_000, tenants=tenants, state="COMPLETED")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE jobs_job")
    assert claim_next()
    with explained("jobs_job") as plans:
        assert claim_next() or tenants == 1
    work = work_in(plans, "jobs_job")
    assert work.rows < 6 * turns.WINDOW
    assert work.milliseconds < 50
    assert set(indexes_in(plans, "jobs_job")) <= {"jobs_by_turn", "jobs_job_pkey"}


@pytest.mark.django_db
def test_claiming_reads_a_few_rows_without_statistics(cast: Cast, counting: Counting) -> None:
    """As of a queue that has just come."""
    queue(cast, jobs=2_000, tenants=40)
    with explained("jobs_job") as plans:
        assert claim_next()
    assert work_in(plans, "jobs_job").rows < 6 * 40
