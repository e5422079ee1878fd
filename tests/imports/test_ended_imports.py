"""Imports that are cancelled, fail, or lose their workers."""

import os
import signal
import subprocess
import sys
import time

import pytest

from activity.models import Event
from core.errors import Refusal
from imports.models import ExternalReference, ImportRow
from imports.services import chunks, reading
from imports.services.imports import APPLY, BEGIN_REVEAL, CHECK, READ, RELATE, REVEAL
from jobs.models import Job, JobState
from jobs.services.submission import TooLateToCancel, cancel_job
from projects.services.deletion import archive_project
from tasks.models import Label, Task, TaskCounter
from tasks.services.tasks import create_task
from tests.imports.importing import imported, lines, run_all, steps, stopped_in, submitted
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase

pytestmark = pytest.mark.usefixtures("committed_db")
WORKER = """
import django
django.setup()
from jobs.services.running import run_due_jobs
run_due_jobs(has_time=lambda: True)
"""


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chunks, "AT_ONCE", 4)


def check_that_nothing_is_left(cast: Cast) -> None:
    assert not Task.objects.filter(project=cast.project).exclude(title="Mine").exists()
    assert not ExternalReference.objects.exists()
    assert not ImportRow.objects.exists()
    assert not Label.objects.filter(project=cast.project).exists()
    assert not Event.objects.filter(origin="import").exists()


@pytest.mark.parametrize(("phase", "after"), [(CHECK, 2), (APPLY, 1), (APPLY, 2), (RELATE, 1)])
def test_a_cancelled_import_leaves_nothing(cast: Cast, phase: str, after: int) -> None:
    create_task(actor=by(cast.lea), project=cast.project, title="Mine")
    job = stopped_in(submitted(cast.lea, cast.project, lines(9, labels="x")), phase, after=after)

    cancel_job(actor=by(cast.lea), job=job)
    run_all()

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    check_that_nothing_is_left(cast)
    assert TaskCounter.objects.get(project=cast.project).last_number == 1
    again = imported(cast.lea, cast.project, lines(9, labels="x"))
    assert again.state == JobState.COMPLETED
    assert Task.objects.filter(project=cast.project).count() == 10


def test_numbers_that_others_follow_stay_with_empty_tasks(cast: Cast) -> None:
    job = stopped_in(submitted(cast.lea, cast.project, lines(9)), APPLY, after=2)
    create_task(actor=by(cast.lea), project=cast.project, title="Mine")
    stopped_in(job, RELATE)

    cancel_job(actor=by(cast.lea), job=job)
    run_all()

    rows = Task.objects.filter(project=cast.project).order_by("number")
    assert [(task.number, task.title) for task in rows] == [
        *((number, "") for number in (1, 2, 3, 4)),
        (5, "Mine"),
    ]
    assert TaskCounter.objects.get(project=cast.project).last_number == 5


def test_it_is_too_late_once_tasks_are_shown(cast: Cast) -> None:
    job = stopped_in(submitted(cast.lea, cast.project, lines(9)), REVEAL, after=2)

    with pytest.raises(TooLateToCancel):
        cancel_job(actor=by(cast.lea), job=job)
    archive_project(actor=by(cast.ada), project=cast.project)
    run_all()

    job.refresh_from_db()
    assert job.state == JobState.COMPLETED
    assert Task.objects.filter(project=cast.project, deleted_at=None).count() == 9


def test_without_the_right_an_import_fails_and_is_taken_back(cast: Cast) -> None:
    job = stopped_in(submitted(cast.lea, cast.project, lines(9)), APPLY, after=2)
    archive_project(actor=by(cast.ada), project=cast.project)
    run_all()

    job.refresh_from_db()
    assert (job.state, (job.error or {})["code"]) == (JobState.FAILED, "archived")
    check_that_nothing_is_left(cast)


def test_what_is_there_of_a_partial_import_is_kept(cast: Cast) -> None:
    job = submitted(cast.lea, cast.project, lines(9, labels="x"), partial=True)
    stopped_in(job, APPLY, after=3)
    assert not Task.objects.filter(deleted_at=None).exists()

    cancel_job(actor=by(cast.lea), job=job)
    run_all()

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert Task.objects.filter(project=cast.project, deleted_at=None).count() == 8
    assert not ImportRow.objects.exists()
    again = imported(cast.lea, cast.project, lines(9, labels="x"))
    assert again.result is not None
    assert (again.result["tasks"], again.result["known"]) == (1, 8)


@pytest.mark.parametrize("hit", [2, 4, 6, 9, 10, 12])
def test_killed_workers_lose_nothing_and_double_nothing(
    cast: Cast, committed_db: CommittedDatabase, hit: int
) -> None:
    """They die with all that a step has written, just before it is committed."""
    job = submitted(cast.lea, cast.project, lines(9, labels="x", assignee="max@example.com"))
    stopped_in(job, CHECK)
    faults = {"GANTRY_FAULTS": f"jobs.before_commit=kill:{hit}", "JOBS_LEASE": "1"}
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.development"}
    environment = {**os.environ, **settings, **faults, "DATABASE_URL": committed_db.url}
    worker = subprocess.run([sys.executable, "-c", WORKER], env=environment, check=False)
    assert worker.returncode == -signal.SIGKILL
    time.sleep(1.1)
    run_all()

    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.COMPLETED, None)
    rows = Task.objects.filter(project=cast.project, deleted_at=None).order_by("number")
    assert [(task.number, task.title) for task in rows] == [(n + 1, f"Task {n}") for n in range(9)]
    for action in ("created", "assigned"):
        assert Event.objects.filter(entity="task", action=action).count() == 9
    assert Event.objects.filter(entity="label").count() == 1


def test_two_imports_into_a_project_are_refused_together(cast: Cast) -> None:
    first = submitted(cast.lea, cast.project, lines(3))
    with pytest.raises(Refusal):
        submitted(cast.lea, cast.project, lines(3))
    submitted(cast.lea, cast.project, lines(3), dry_run=True)
    run_all()
    first.refresh_from_db()
    assert first.state == JobState.COMPLETED
    submitted(cast.lea, cast.project, lines(3))


def test_a_file_is_read_on_where_a_worker_stopped(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "AT_ONCE", 3)
    monkeypatch.setattr(reading, "SECONDS", 0.0)
    job = submitted(cast.lea, cast.project, lines(8))
    steps(1)
    job.refresh_from_db()
    assert (job.position or {})["phase"] == READ
    assert ImportRow.objects.count() <= 3
    stopped_in(job, BEGIN_REVEAL)
    assert ImportRow.objects.count() == 8
    assert Job.objects.filter(state=JobState.PROCESSING).count() == 1
