"""What may only grow: the log of events with its texts and the history of statuses."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tasks.services.tasks import create_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase

TABLES = ("activity_event", "activity_textchange", "tasks_statuschange")
STATEMENTS = ("UPDATE {} SET created_at = now()", "DELETE FROM {}", "TRUNCATE {}")


@pytest.fixture
def filled_db(committed_db: CommittedDatabase, cast: Cast) -> Iterator[CommittedDatabase]:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    update_task(actor=by(cast.lea), task=task, changes={"description": "Every wheel"})
    yield committed_db
    with psycopg.connect(committed_db.direct_url, options=AS_SYSTEM) as owner:
        for table in TABLES:
            assert count(owner, table) > 0


def count(connection: psycopg.Connection[Any], table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return row[0] if row else 0


def test_the_runtime_role_may_not_rewrite_anything(filled_db: CommittedDatabase) -> None:
    for table in TABLES:
        for statement in STATEMENTS:
            with (
                psycopg.connect(filled_db.url, options=AS_SYSTEM) as runtime,
                pytest.raises(psycopg.errors.InsufficientPrivilege),
            ):
                runtime.execute(statement.format(table))


def test_the_owner_is_stopped_by_triggers(filled_db: CommittedDatabase) -> None:
    for table in TABLES:
        for statement in STATEMENTS:
            with (
                psycopg.connect(filled_db.direct_url, options=AS_SYSTEM) as owner,
                pytest.raises(psycopg.errors.RaiseException),
            ):
                owner.execute(statement.format(table))


def test_not_even_an_unnumbered_number_can_be_set_by_the_runtime_role(
    filled_db: CommittedDatabase,
) -> None:
    with psycopg.connect(filled_db.url, options=AS_SYSTEM) as runtime:
        counted = runtime.execute("SELECT last_seq FROM activity_eventcounter").fetchall()
        assert counted
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            runtime.execute("UPDATE activity_event SET seq = 7 WHERE seq IS NULL")
