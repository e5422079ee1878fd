"""A first run of a request waits for nobody: it is undone, and what must stay of it stays."""

import time
from typing import Any

import psycopg
import pytest
from django.db import connections, transaction
from django.db.transaction import TransactionManagementError

from core.lock_waits import RUN, Run, may_wait, waiting
from core.models import AttemptCount, IdempotencyKey
from projects.models import Project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of

pytestmark = pytest.mark.usefixtures("committed_db")
LOCK_PROJECTS = "SELECT 1 FROM projects_project FOR NO KEY UPDATE"
LOCK_WORKSPACES = "SELECT 1 FROM workspaces_workspace FOR NO KEY UPDATE"


@pytest.fixture
def rival(committed_db: CommittedDatabase) -> Any:
    """Somebody else's transaction."""
    with psycopg.connect(committed_db.url, options=AS_SYSTEM) as connection:
        yield connection


def rename(cast: Cast, task: Task, run: Run, **headers: str) -> Any:
    """Lea's request as the web server makes it."""
    extra: dict[str, Any] = {RUN: run, **headers}
    try:
        path = f"/api/tasks/{task.pk}"
        return client_of(cast.lea).patch(path, {"title": "Oil"}, format="json", **extra)
    finally:
        connections.close_all()


def test_a_first_run_that_meets_a_lock_is_undone_at_once(
    cast: Cast, rival: psycopg.Connection[Any]
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Grind")
    key = {"HTTP_IDEMPOTENCY_KEY": "a"}
    rival.execute(LOCK_PROJECTS)
    began, first = time.monotonic(), Run()
    rename(cast, task, first, **key)
    assert (first.is_put_off, time.monotonic() - began < 1.5) == (True, True)
    assert (len(log_of(task)), IdempotencyKey.objects.count()) == (1, 0)
    rival.rollback()
    assert rename(cast, task, Run(may_wait=True), **key).status_code == 200
    assert [action for action, _, _ in log_of(task)] == ["created", "updated"]


def test_a_first_run_does_not_wait_for_a_twin_either(
    cast: Cast, rival: psycopg.Connection[Any]
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Grind")
    rival.execute(
        "INSERT INTO core_idempotencykey (id, principal, key, fingerprint, status, headers, body)"
        " VALUES (gen_random_uuid(), %s, 'a', '', 0, '{}', '')",
        [str(cast.lea.pk)],
    )
    began, first = time.monotonic(), Run()
    rename(cast, task, first, HTTP_IDEMPOTENCY_KEY="a")
    assert (first.is_put_off, time.monotonic() - began < 1.5) == (True, True)
    began = time.monotonic()
    assert rename(cast, task, Run(may_wait=True), HTTP_IDEMPOTENCY_KEY="a").status_code == 503
    assert time.monotonic() - began > 1.5


def test_an_attempt_is_counted_once_however_often_its_request_runs(
    cast: Cast, rival: psycopg.Connection[Any]
) -> None:
    rival.execute(LOCK_WORKSPACES)
    body = {"workspaceId": str(cast.workspace.pk), "email": cast.sam.email}
    first, path = Run(), "/api/workspace/add-member"
    client = client_of(cast.ada)
    extra: dict[str, Any] = {RUN: first}
    client.post(path, body, format="json", **extra)
    assert (first.is_put_off, first.is_counted) == (True, True)
    rival.rollback()
    extra = {RUN: Run(may_wait=True, is_counted=first.is_counted)}
    assert client.post(path, body, format="json", **extra).status_code == 201
    assert AttemptCount.objects.get().count == 1


def test_only_requests_are_told_not_to_wait() -> None:
    assert may_wait()
    with waiting(allowed=False):
        assert Project.objects.select_for_update(no_key=True).query.select_for_update_nowait
        skipping = Project.objects.select_for_update(skip_locked=True)
        assert not skipping.query.select_for_update_nowait
    assert not Project.objects.select_for_update().query.select_for_update_nowait


def test_rows_are_locked_in_a_transaction_only(cast: Cast) -> None:
    with transaction.atomic():
        Project.objects.locked(cast.project.pk)

    with pytest.raises(TransactionManagementError):
        Project.objects.locked(cast.project.pk)
