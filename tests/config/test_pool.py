"""The pool of connections: which idle ones are checked before they are used again."""

import os
import time
from collections.abc import Iterator
from operator import attrgetter

import psycopg
import pytest
from django.db import InterfaceError, connection
from psycopg import _queries

from config.postgresql import pool as pools
from config.postgresql.connections import LONGEST_KNOWN, Connector, WatchedConnection
from config.postgresql.pool import Pool


@pytest.fixture
def pool() -> Iterator[Pool]:
    connector = Connector()
    parameters = {"conninfo": os.environ["DATABASE_URL"], "autocommit": True}
    made = Pool(lambda: connector.connect(parameters), least=2, most=2, patience=1)
    yield made
    made.close()


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[WatchedConnection]:
    """The connections that are checked."""
    found: list[WatchedConnection] = []
    check = WatchedConnection.check

    def note(connection: WatchedConnection) -> None:
        found.append(connection)
        check(connection)

    monkeypatch.setattr(WatchedConnection, "check", note)
    return found


def known_statements() -> int:
    """How often a statement did not have to be parsed."""
    return int(vars(_queries)["_query2pg"].cache_info().hits)


def used_again(pool: Pool) -> WatchedConnection:
    connection = pool.take()
    pool.give_back(connection)
    return connection


def test_one_just_used_is_not_checked(pool: Pool, checked: list[WatchedConnection]) -> None:
    connection = used_again(pool)

    assert used_again(pool) is connection
    assert checked == []


def test_one_idle_for_longer_is(
    pool: Pool, checked: list[WatchedConnection], monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = used_again(pool)
    monkeypatch.setattr(pools, "TRUSTED", 0.0)

    assert used_again(pool) is connection
    assert checked == [connection]


def test_one_that_the_server_has_ended_is_replaced(pool: Pool) -> None:
    ended = used_again(pool)
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [ended.info.backend_pid])
    time.sleep(0.05)

    connection = pool.take()

    assert connection is not ended
    assert connection.execute("SELECT 1").fetchone() == (1,)
    pool.give_back(connection)


def test_one_without_autocommit_gets_it_back(pool: Pool) -> None:
    connection = pool.take()
    connection.autocommit = False
    pool.give_back(connection)

    assert pool.take().autocommit
    pool.give_back(connection)


def test_a_closed_cursor_is_used_again_by_one_at_a_time(db: None) -> None:
    with connection.cursor() as outer, connection.cursor() as inner:
        first, second = outer.cursor, inner.cursor
        outer.execute("SELECT 1")
        inner.execute("SELECT 2")
        assert (outer.fetchall(), inner.fetchall()) == ([(1,)], [(2,)])
    assert first is not second

    with connection.cursor() as one, connection.cursor() as other:
        assert {one.cursor, other.cursor} == {first, second}
        one.close()
        one.close()
        with connection.cursor() as again, connection.cursor() as further:
            assert {again.cursor, further.cursor, other.cursor} > {first, second}


def test_a_closed_cursor_keeps_no_rows_and_runs_nothing(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT repeat('x', 1000)")
    with pytest.raises(InterfaceError):
        cursor.execute("SELECT 1")
    assert attrgetter("pgresult", "_query", "_tx.pgresult")(cursor.cursor) == (None, None, None)


def test_a_long_statement_is_parsed_once(pool: Pool) -> None:
    statement = "SELECT %s::int".ljust(LONGEST_KNOWN)
    connection = pool.take()
    connection.execute(statement, [1])
    before = known_statements()
    for _ in range(3):
        connection.execute(statement, [1])
    assert known_statements() - before == 3
    pool.give_back(connection)
