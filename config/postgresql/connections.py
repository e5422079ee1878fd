"""Connections whose every wait for the server is bounded by this side too.

PostgreSQL's own time limits do not help when it is frozen or unreachable, and neither do those of
TCP: the kernel acknowledges for a process that is stopped.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg.abc import RV, PQGen

LONGEST_STATEMENT = 18.0
"""Seconds: PostgreSQL's `statement_timeout` and some more to tell of it."""
SUSPICIOUS = 2.5
"""Seconds of waiting after which another connection shows whether the server is frozen."""
LONGEST_CHECK = 2.0
"""Seconds an idle connection may take for an empty statement."""
REMEMBERED = 0.5
"""Seconds a failure to connect answers for the attempts that follow it."""


class ServerSilent(psycopg.OperationalError):
    """The server has not answered in time."""


class WatchedConnection(psycopg.Connection[Any]):
    most_seconds = LONGEST_STATEMENT
    opened_at = 0.0
    """By the monotonic clock."""
    connect_again: Callable[[], psycopg.Connection[Any]]

    def wait(self, gen: PQGen[RV], *args: Any, **named: Any) -> RV:
        try:
            return super().wait(self._watched(gen), *args, **named)
        except ServerSilent:
            self.close()
            raise

    def check(self) -> None:
        """Raise `psycopg.Error` unless the server answers on this idle connection."""
        self.most_seconds = LONGEST_CHECK
        self.autocommit = True
        self.execute("")
        self.most_seconds = LONGEST_STATEMENT

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
            """Refused, by a server that is there: too many connections, perhaps."""


class Connector:
    """Opens connections; while the server is away, most attempts fail without asking it."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._failure: tuple[float, str] = (-REMEMBERED, "")

    def connect(self, parameters: dict[str, Any]) -> WatchedConnection:
        with self._guard:
            failed_at, problem = self._failure
        if time.monotonic() - failed_at < REMEMBERED:
            raise psycopg.OperationalError(problem)
        try:
            made = WatchedConnection.connect(**parameters)
        except psycopg.OperationalError as error:
            with self._guard:
                self._failure = (time.monotonic(), str(error))
            raise
        made.opened_at = time.monotonic()
        made.connect_again = lambda: psycopg.connect(**parameters)
        return made
