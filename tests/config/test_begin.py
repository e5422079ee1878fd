"""BEGIN is sent together with the first statement of a transaction, once that is prepared."""

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.pq import TransactionStatus

from config.postgresql.connections import Connector, KeptCursor, WatchedConnection
from tests.support.traffic import Traffic, traffic_of

PREPARED = 6
"""How often a statement is sent until it is prepared."""
DIVIDE = "SELECT 6 / %s::int, now(), pg_current_xact_id_if_assigned() IS NULL"
SET = "SELECT set_config('test.value', %s, true)"
SHOW = "SELECT current_setting('test.value', true)"


@pytest.fixture
def session() -> Iterator[WatchedConnection]:
    options: dict[str, Any] = {"conninfo": os.environ["DATABASE_URL"]}
    with Connector().connect({**options, "cursor_factory": KeptCursor}) as opened:
        for _ in range(PREPARED):
            opened.execute(DIVIDE, [2])
            opened.execute(SET, ["none"])
            opened.commit()
        yield opened


def test_it_saves_a_round_trip(session: WatchedConnection) -> None:
    def divide() -> None:
        session.execute(DIVIDE, [2])
        session.commit()

    assert traffic_of(divide, session.pgconn) == Traffic(1, 2)
    [first] = session.execute(DIVIDE, [3])
    [second] = session.execute(DIVIDE, [2])
    assert (first[0], second[0]) == (2, 3)
    assert first[1] == second[1]  # the time of the transaction


def test_what_it_begins_is_rolled_back(session: WatchedConnection) -> None:
    session.execute(SET, ["inside"])
    assert session.pgconn.transaction_status == TransactionStatus.INTRANS
    assert session.execute(SHOW).fetchone() == ("inside",)
    session.rollback()
    assert session.execute(SHOW).fetchone() != ("inside",)


def test_a_statement_that_fails_leaves_the_connection_usable(session: WatchedConnection) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        session.execute(DIVIDE, [0])
    assert session.pgconn.transaction_status == TransactionStatus.INERROR
    session.rollback()
    [again] = session.execute(DIVIDE, [1])
    assert again[0] == 6


def test_values_that_cannot_be_sent_begin_nothing(session: WatchedConnection) -> None:
    with pytest.raises(psycopg.DataError):
        session.execute(SET, ["NUL \x00"])
    assert session.pgconn.transaction_status == TransactionStatus.IDLE
    session.execute(SET, ["next"])
    assert session.execute(SHOW).fetchone() == ("next",)


def test_a_connection_that_was_ended_says_so(session: WatchedConnection) -> None:
    with psycopg.connect(os.environ["DATABASE_URL"]) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [session.info.backend_pid])
    with pytest.raises(psycopg.OperationalError):
        session.execute(DIVIDE, [2])
    assert session.closed


def test_a_transaction_of_its_own_and_many_values_begin_as_before(
    session: WatchedConnection,
) -> None:
    session.autocommit = True
    assert session.execute(SET, ["alone"]).fetchone() == ("alone",)
    assert session.pgconn.transaction_status == TransactionStatus.IDLE
    session.autocommit = False
    with session.cursor() as cursor:
        cursor.executemany(SET, [["a"], ["b"]], returning=False)
        assert cursor.execute(SHOW).fetchone() == ("b",)
