"""A request is one transaction: deadlocks are repeated, long waits given up."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, connections

from core.api.errors import is_database_away, sqlstate
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of

TASK = "SELECT 1 FROM tasks_task FOR NO KEY UPDATE"
PROJECT = "SELECT 1 FROM projects_project FOR NO KEY UPDATE"


@pytest.fixture
def rival(committed_db: CommittedDatabase) -> Any:
    """Somebody else's transaction."""
    with psycopg.connect(committed_db.url, options=AS_SYSTEM) as connection:
        yield connection


def patched(cast: Cast, task: Task) -> Any:
    try:
        client = client_of(cast.lea)
        return client.patch(f"/api/tasks/{task.pk}", {"title": "Oil"}, format="json")
    finally:
        connections.close_all()


def wait_for_a_waiter(url: str) -> None:
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    with psycopg.connect(url, autocommit=True, options=AS_SYSTEM) as observer:
        for _ in range(200):
            row = observer.execute(waiting).fetchone()
            if row and row[0]:
                return
            time.sleep(0.02)
    pytest.fail("nobody waits")


def test_the_victim_of_a_deadlock_simply_runs_again(
    committed_db: CommittedDatabase, rival: psycopg.Connection[Any], cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Grind")
    rival.execute(TASK)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(patched, cast, task)
        wait_for_a_waiter(committed_db.url)
        rival.execute(PROJECT)  # the request holds it and waits for us: PostgreSQL ends the circle
        rival.commit()
    assert answer.result().status_code == 200
    assert answer.result().json()["data"]["title"] == "Oil"
    assert [action for action, _, _ in log_of(task)] == ["created", "updated"]


def test_a_lock_held_too_long_is_given_up(
    committed_db: CommittedDatabase, rival: psycopg.Connection[Any], cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Grind")
    rival.execute(PROJECT)
    answer = patched(cast, task)
    told = answer.json()
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert told == {
        "success": False,
        "message": "The service is busy. Try again in a moment.",
        "code": "unavailable",
        "retry_after": 1,
        "request_id": told["request_id"],
    }
    assert len(log_of(task)) == 1


def test_a_lock_held_at_the_commit_is_given_up_too(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Grind")
    with psycopg.connect(committed_db.direct_url, options=AS_SYSTEM) as owner:
        owner.execute("SELECT 1 FROM activity_eventcounter FOR UPDATE")
        assert patched(cast, task).status_code == 503
    task.refresh_from_db()
    assert (task.title, len(log_of(task))) == ("Grind", 1)


def test_the_server_ends_a_transaction_that_takes_too_long(db: None) -> None:
    impatient = connection.copy()
    impatient.settings_dict["OPTIONS"]["transaction_timeout"] = "200ms"
    try:
        impatient.set_autocommit(False)
        with pytest.raises(DatabaseError) as ended, impatient.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
    finally:
        impatient.close()
    assert sqlstate(ended.value) == "25P04"
    assert is_database_away(ended.value)
