"""A pool whose connections are opened by whoever needs one.

psycopg's own opens them in the background, where it waits longer after each failure: its callers
wait although the server is gone, and still wait when it is back.
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
LONGEST_LIFE = 3600.0
"""Seconds after which a connection is replaced: sessions of PostgreSQL grow."""


class Pool:
    """At most `most` connections; those asking for another wait `patience` seconds at most."""

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
        """With the moment of their return; the last returned is taken first."""

    def take(self) -> WatchedConnection:
        """A connection the server answers on; psycopg.OperationalError if there is none."""
        if not self._room.acquire(timeout=self._patience):
            raise psycopg.OperationalError("all connections of the pool are in use")
        try:
            return self._take_idle() or self._connect()
        except BaseException:
            self._room.release()
            raise

    def give_back(self, connection: WatchedConnection) -> None:
        """Keep the connection for the next one, unless it is broken, busy or old."""
        now = time.monotonic()
        is_usable = connection.info.transaction_status == TransactionStatus.IDLE
        if is_usable and now - connection.opened_at < LONGEST_LIFE:
            with self._guard:
                self._idle.append((now, connection))
                superfluous = self._superfluous(now)
        else:
            superfluous = [connection]
        for one in superfluous:
            one.close()
        self._room.release()

    def close(self) -> None:
        """Close what is idle; what is in use may still be given back."""
        with self._guard:
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def _take_idle(self) -> WatchedConnection | None:
        with self._guard:
            connection = self._idle.pop()[1] if self._idle else None
        if connection is None:
            return None
        try:
            connection.check()
        except psycopg.Error:
            # What broke this one broke the others: no request shall find that out again.
            connection.close()
            self.close()
            return None
        return connection

    def _superfluous(self, now: float) -> list[WatchedConnection]:
        """Take out those that have been idle for too long; they stand at the front."""
        old = [one for since, one in self._idle if now - since > LONGEST_IDLE]
        old = old[: max(len(self._idle) - self._least, 0)]
        del self._idle[: len(old)]
        return old
