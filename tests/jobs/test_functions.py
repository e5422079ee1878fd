"""Background functions: which there are, and how their scheduled runs are recorded."""

from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from config.celery import app
from core import functions
from core.functions import Duplicate, Wanted, observed, run_later
from jobs.models import FunctionFigures, FunctionRun, RunState
from jobs.services.functions import recording
from jobs.services.running import run_due_jobs
from jobs.services.submission import cancel_job, submit_job
from outbox import periodic
from outbox.background import sweep
from outbox.periodic import _scans
from tests.jobs.functions import figures_of
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.threads import times

UNLISTED = {"outbox.note_presence"}
"""Scans of the relay about itself; other programs do not import them."""


def test_whatever_is_scheduled_is_a_function_and_the_other_way_round() -> None:
    tasks = {str(entry["task"]) for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    scans = {scan.name for scan in _scans}
    known = functions.functions()
    scheduled = {name for name, each in known.items() if each.may_run_now}

    assert scheduled == {functions.name_of(*task.rsplit(".", 1)) for task in tasks} | scans
    assert {each.task for each in known.values() if each.task} == tasks
    assert {task for task in tasks if import_string(task).name != task} == set()
    assert {name for name, each in known.items() if each.in_relay} == scans
    lonely = {name for name in scans if not known[name].task}
    assert lonely <= UNLISTED, "`scan(of=…)` names the function that workers run"


def test_every_function_says_what_it_does() -> None:
    known = functions.functions()
    assert "clerk.apply_kept_message" in known
    assert {name for name, each in known.items() if not each.description} == set()
    assert known["outbox.sweep"].description.startswith("Give up what could not be delivered")
    told = {name: [(t.kind, t.words) for t in each.triggers] for name, each in known.items()}
    assert told["outbox.sweep"] == [("BEAT", "every 10 min"), ("RELAY", "every 1 min")]
    assert told["audit.log_checkpoints"] == [("BEAT", "every day at 03:07 UTC")]
    assert told["attachments.remove_orphans"] == [("BEAT", "every 1 h")]
    assert told["jobs.run_due_functions"] == [("BEAT", "every 5 s"), ("RELAY", "every 1 s")]


def test_names_are_taken_once() -> None:
    with pytest.raises(Duplicate):
        functions.in_relay("outbox.sweep", lambda: None, 1)
    with pytest.raises(Duplicate):
        functions.on_event("clerk.apply_kept_message", event="x")(lambda _: None)
    with pytest.raises(LookupError):
        run_later(Wanted(name="clerk.nothing", payload={}))
    with pytest.raises(LookupError):
        _ = functions.functions()["clerk.apply_kept_message"].run


@pytest.mark.django_db
def test_types_of_jobs_are_functions_and_their_ends_are_counted(cast: Cast) -> None:
    echo = functions.functions()["jobs.echo"]
    assert (echo.may_run_now, echo.is_light) == (False, False)
    assert echo.description.startswith("Answers with its payload")
    job, _ = submit_job(actor=by(cast.ada), kind="echo", payload={}, workspace=cast.workspace)
    cancelled, _ = submit_job(actor=by(cast.ada), kind="echo", payload={"message": "x"})
    cancel_job(actor=by(cast.ada), job=cancelled)

    run_due_jobs(has_time=lambda: True)

    job.refresh_from_db()
    figures = figures_of("jobs.echo")
    assert (figures.runs, figures.failures, figures.started_at) == (1, 0, job.started_at)


@pytest.mark.django_db
def test_idle_runs_are_counted_and_written_every_ten_seconds_only() -> None:
    with CaptureQueriesContext(connection) as asked:
        for _ in range(5):
            with observed("outbox.sweep"):
                pass

    assert len(asked.captured_queries) == 1
    assert figures_of("outbox.sweep").runs == 1
    recording.counts["outbox.sweep"].added_at -= recording.PAUSE
    with observed("outbox.sweep"):
        pass
    figures = figures_of("outbox.sweep")
    assert (figures.runs, figures.failures, figures.error, figures.failed_at) == (6, 0, "", None)
    assert not FunctionRun.objects.exists()


@pytest.mark.django_db
def test_a_failure_is_kept_at_once_and_counted_while_it_repeats() -> None:
    for words in ("no disk\nDETAIL: (ada@example.com)", "no disk", "no memory"):
        with pytest.raises(ValueError, match=words[:7]), observed("outbox.sweep"):
            raise ValueError(words)

    figures = figures_of("outbox.sweep")
    assert (figures.runs, figures.failures) == (3, 3)
    assert figures.error == "ValueError: no memory"
    assert figures.failed_at == figures.started_at
    runs = FunctionRun.objects.order_by("created_at")
    assert [(run.error, run.attempts, run.state) for run in runs] == [
        ("ValueError: no disk", 2, RunState.FAILED),
        ("ValueError: no memory", 1, RunState.FAILED),
    ]


@pytest.mark.django_db
def test_a_slow_run_is_kept_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "SLOW", 0)
    for _ in range(3):
        with observed("outbox.sweep"):
            pass

    run = FunctionRun.objects.get()
    assert (run.state, run.trigger, run.error) == (RunState.SUCCEEDED, "SCHEDULE", "")
    assert run.started_at
    assert run.finished_at


def test_what_cannot_be_recorded_keeps_no_function_from_running(
    committed_db: CommittedDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        pytest.raises(OperationalError),
        transaction.atomic(),
        connection.cursor() as cursor,
        observed("outbox.sweep"),
    ):
        cursor.execute("SET LOCAL statement_timeout = 1; SELECT pg_sleep(1)")

    assert "run_not_recorded" in caplog.text
    with observed("outbox.sweep"):
        pass
    assert figures_of("outbox.sweep").runs == 1


def test_processes_add_to_the_same_figures(committed_db: CommittedDatabase) -> None:
    def add(_: int) -> None:
        counted = {"runs": 1, "failures": 0, "milliseconds": 3, "failed_at": None, "error": ""}
        with connection.cursor() as cursor:
            for _ in range(10):
                values: dict[str, Any] = {"name": "outbox.sweep", **counted}
                cursor.execute(recording.ADD, {**values, "started_at": "2026-11-22T00:00Z"})

    times(8, add)

    assert figures_of("outbox.sweep").runs == 80


@pytest.mark.django_db
def test_only_what_a_worker_runs_for_beat_is_recorded() -> None:
    sweep()
    assert not FunctionFigures.objects.exists()

    app.tasks[sweep.name].apply(throw=True)
    assert figures_of("outbox.sweep").runs == 1


@pytest.mark.django_db
def test_the_relay_records_its_scans(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise ValueError("broken")

    scans = [periodic.Scan(fail, 60, name="outbox.sweep"), periodic.Scan(lambda: None, 60)]
    monkeypatch.setattr(periodic, "_scans", scans)
    periodic.run_due()

    assert figures_of("outbox.sweep").error == "ValueError: broken"
    assert FunctionFigures.objects.count() == 1
