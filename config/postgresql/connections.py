"""Connections that limit the time they wait for the server on the client's side too.

PostgreSQL's own timeouts do not work if it is frozen or unreachable; those of TCP do not detect a
stopped process, for which the kernel still acknowledges packets.
"""

from __future__ import annotations

import select
import threading
import time
from typing import TYPE_CHECKING, Any

import psycopg
from django.db.backends.postgresql import base
from psycopg import _queries
from psycopg.postgres import types
from psycopg.pq import Format, TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg.abc import RV, PQGen

LONGEST_STATEMENT = 18.0
"""Seconds: PostgreSQL's `statement_timeout`, and some more for its error to arrive."""
SUSPICIOUS = 2.5
"""Seconds of waiting after which a second connection is opened to see if the server is frozen."""
LONGEST_CHECK = 2.0
"""Seconds an idle connection may take for an empty statement."""
REMEMBERED = 0.5
"""Seconds after a failed connection during which further attempts fail at once."""

LONGEST_KNOWN = 8 * 1024
"""Characters of the longest statement that psycopg does not parse again each time it is sent.

Of 128 statements it keeps where the values stand, of 4096 characters unless told otherwise; those
of documents have up to twice as many.
"""
_queries.MAX_CACHED_STATEMENT_LENGTH = LONGEST_KNOWN

TYPES_IN_JSON = {types[name].oid: types["text"].oid for name in ("uuid", "date", "time", "jsonb")}


class ServerSilent(psycopg.OperationalError):
    """The server has not answered in time."""


class JsonCursor(psycopg.Cursor[Any]):
    def fetch_for_json(self) -> list[tuple[Any, ...]]:
        """All rows, with ids, days and JSON as PostgreSQL writes them.

        Making objects of them only to write them into JSON takes as long as the query.
        """
        if self.pgresult is None:
            return []
        columns = range(self.pgresult.nfields)
        kinds = [TYPES_IN_JSON.get(kind, kind) for kind in map(self.pgresult.ftype, columns)]
        self._tx.set_loader_types(kinds, Format.TEXT)
        return self.fetchall()


class PoolerCursor(JsonCursor, base.Cursor):
    """A cursor that binds parameters itself, as it must behind a pooler; migrations use it too."""


class KeptCursor(JsonCursor, base.ServerBindingCursor):
    """A cursor that its connection keeps when it is closed: making one costs as much as a query."""

    connection: WatchedConnection

    def close(self) -> None:
        if not self.closed:
            super().close()
            # Its values and its rows may take megabytes.
            self._reset()
            if hasattr(self, "_tx"):  # something was executed
                self._tx.set_pgresult(None)
            self.connection.closed_cursors.append(self)

    def open_again(self) -> KeptCursor:
        self._closed = False
        return self


class WatchedConnection(psycopg.Connection[Any]):
    most_seconds = LONGEST_STATEMENT
    opened_at = 0.0
    """When it was opened, as `time.monotonic()`."""
    connect_again: Callable[[], psycopg.Connection[Any]]

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.closed_cursors: list[KeptCursor] = []

    def wait(self, gen: PQGen[RV], *args: Any, **named: Any) -> RV:
        try:
            return super().wait(self._watched(gen), *args, **named)
        except ServerSilent:
            self.close()
            raise

    def set_autocommit(self, value: Any) -> None:
        if self.info.transaction_status == TransactionStatus.IDLE:
            self._autocommit = value  # psycopg would take a lock and wait for nothing
        else:
            super().set_autocommit(value)

    def check(self) -> None:
        """Raise `psycopg.Error` unless the server answers on this idle connection."""
        self.most_seconds = LONGEST_CHECK
        self.execute("")
        self.most_seconds = LONGEST_STATEMENT

    def is_silent(self) -> bool:
        """Whether the server has sent nothing on this idle connection, nor closed it; no query."""
        poll = select.poll()
        poll.register(self.fileno(), select.POLLIN)
        return not poll.poll(0)

    def _watched(self, gen: PQGen[RV]) -> PQGen[RV]:
        began = asked = time.monotonic()
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                now = time.monotonic()
                if not ready and now - began > self.most_seconds:
                    raise ServerSilent("the server did not answer in time")
                if not ready and now - asked > SUSPICIOUS:
                    self._check_server()
                    asked = time.monotonic()
                wanted = gen.send(ready)
        except StopIteration as done:
            result: RV = done.value
            return result

    def _check_server(self) -> None:
        try:
            self.connect_again().close()
        except psycopg.errors.ConnectionTimeout as problem:
            raise ServerSilent("the server does not answer") from problem
        except psycopg.OperationalError:
            """Refused by a server that answers, such as one with too many connections."""


class Connector:
    """Opens connections; for REMEMBERED seconds after a failure it raises the same error again."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._failure: tuple[float, str] = (-REMEMBERED, "")

    def connect(self, parameters: dict[str, Any]) -> WatchedConnection:
        with self._guard:
            failed_at, problem = self._failure
        if time.monotonic() - failed_at < REMEMBERED:
            raise psycopg.OperationalError(problem)
        made = self._connect(parameters)
        made.opened_at = time.monotonic()
        # Connects in any case; its failure is remembered too, for requests that follow.
        made.connect_again = lambda: self._connect(parameters)
        return made

    def _connect(self, parameters: dict[str, Any]) -> WatchedConnection:
        try:
            return WatchedConnection.connect(**parameters)
        except psycopg.OperationalError as error:
            with self._guard:
                self._failure = (time.monotonic(), str(error))
            raise
