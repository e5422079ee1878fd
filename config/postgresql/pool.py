"""A connection pool that opens connections in the thread that needs one.

psycopg_pool opens them in background threads, with growing pauses after failures: callers wait
although the server is known to be unavailable, and go on waiting after it is back.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import psycopg
from psycopg.pq import TransactionStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.postgresql.connections import WatchedConnection

LONGEST_IDLE = 600.0
"""Seconds after which an idle connection is closed, if more than `least` are idle."""
TRUSTED = 1.0
"""Seconds for which an idle connection that the server has not closed need not be checked."""
LONGEST_LIFE = 3600.0
"""Seconds after which a connection is replaced, because PostgreSQL's sessions use more memory."""


class Pool:
    """At most `most` connections; further callers of `take` wait at most `patience` seconds."""

    def __init__(
        self,
        connect: Callable[[], WatchedConnection],
        *,
        least: int,
        most: int,
        patience: float,
    ) -> None:
        self._connect, self._least, self._patience = connect, least, patience
        self._room = threading.Semaphore(most)
        self._guard = threading.Lock()
        self._idle: list[tuple[float, WatchedConnection]] = []
        """Idle connections with the time since when; the last returned is taken first."""

    def take(self) -> WatchedConnection:
        """A working connection; psycopg.OperationalError if all are in use or opening one fails."""
        if not self._room.acquire(timeout=self._patience):
            raise psycopg.OperationalError("all connections of the pool are in use")
        try:
            return self._take_idle() or self._connect()
        except BaseException:
            self._room.release()
            raise

    def give_back(self, connection: WatchedConnection) -> None:
        """Put a connection back; closes it instead if it is broken, in a transaction or old."""
        now = time.monotonic()
        is_usable = connection.info.transaction_status == TransactionStatus.IDLE
        if is_usable and now - connection.opened_at < LONGEST_LIFE:
            if not connection.autocommit:
                connection.autocommit = True
            with self._guard:
                self._idle.append((now, connection))
                superfluous = self._superfluous(now)
        else:
            superfluous = [connection]
        for one in superfluous:
            one.close()
        self._room.release()

    def close(self) -> None:
        """Close idle connections; those in use may still be given back."""
        with self._guard:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _take_idle(self) -> WatchedConnection | None:
        with self._guard:
            since, connection = self._idle.pop() if self._idle else (0.0, None)
        if connection is None:
            return None
        try:
            if time.monotonic() - since > TRUSTED or not connection.is_silent():
                connection.check()
        except psycopg.Error:
            # The others are probably broken too: close them, so that no request has to check each.
            connection.close()
            self.close()
            return None
        return connection

    def _superfluous(self, now: float) -> list[WatchedConnection]:
        """Remove connections that have been idle too long, which are at the front of the list."""
        old = [one for since, one in self._idle if now - since > LONGEST_IDLE]
        old = old[: max(len(self._idle) - self._least, 0)]
        del self._idle[: len(old)]
        return old
