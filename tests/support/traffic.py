"""What a request says to PostgreSQL: statements and round trips, as libpq's trace has them."""

import re
from collections.abc import Callable
from itertools import pairwise
from tempfile import TemporaryFile
from typing import Any, NamedTuple

from django.db import connection
from psycopg import pq

MESSAGE = re.compile(r"^([FB])\t\d+\t(\w+)(.*)$", re.MULTILINE)
RUN = ("Query", "Execute")
NOT_COUNTED = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")


class Traffic(NamedTuple):
    """Statements without those of transactions; how often PostgreSQL was waited for."""

    statements: int
    round_trips: int


def traffic_of(ask: Callable[[], Any]) -> Traffic:
    """What the call sends over this thread's connection, which has to stay the same."""
    connection.ensure_connection()
    with TemporaryFile("w+") as written:
        libpq = connection.connection.pgconn
        libpq.trace(written.fileno())
        libpq.set_trace_flags(pq.Trace.SUPPRESS_TIMESTAMPS)
        try:
            ask()
        finally:
            libpq.untrace()
        written.seek(0)
        return _counted(written.read())


def _counted(trace: str) -> Traffic:
    """A round trip ends where PostgreSQL's messages follow ours."""
    messages = MESSAGE.findall(trace)
    statements, text = 0, ""
    for _, kind, rest in messages:
        if kind in ("Parse", "Query", "Bind"):
            text = rest
        is_told = any(f'"{word}' in text for word in NOT_COUNTED)
        statements += kind in RUN and not is_told
    sides = [side for side, _, _ in messages]
    trips = sum(pair == ("F", "B") for pair in pairwise(sides))
    return Traffic(statements, trips)
