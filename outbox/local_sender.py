"""Sending from the relay itself, what no worker takes and what is too much for them."""

import logging
import threading
import time
from queue import Empty, SimpleQueue

from django.db import InterfaceError, OperationalError, connection

from outbox import registry
from outbox.services import Claim, deliver, release

logger = logging.getLogger(__name__)

THREADS = 8
DEPTH = 2
"""Claims for each thread, sent and waiting: none of them idles until the loop's next turn."""
IDLE = 5.0
"""Seconds after which a thread without work gives its connections back."""
LONGEST_STOP = 40.0
"""Seconds; with the loop's last turn less than the minute that `docker-compose.yml` grants."""


class LocalSender:
    """Some threads, each with one connection to the database and one to the server of a channel."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Claim | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._lock = threading.Lock()

    @property
    def room(self) -> int:
        """How many claims more it takes."""
        return max(0, DEPTH * THREADS - self._unfinished)

    @property
    def is_busy(self) -> bool:
        return self._unfinished > 0

    def send(self, claim: Claim) -> None:
        with self._lock:
            self._unfinished += 1
        if len(self._threads) < min(THREADS, self._unfinished):
            name = f"sender-{len(self._threads)}"
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        self._waiting.put(claim)

    def stop(self) -> None:
        """Finish what is on its way; what only waits is due again at once, for others.

        What a server holds up for longer is left, and due again when its lease ends.
        """
        while self._unfinished > len(self._threads):
            try:
                claim = self._waiting.get_nowait()
            except Empty:
                break
            self._finished()
            if claim:
                release(claim)
        for _ in self._threads:
            self._waiting.put(None)
        until = time.monotonic() + LONGEST_STOP
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _work(self) -> None:
        try:
            while claim := self._next():
                try:
                    _send(claim)
                finally:
                    self._finished()
        finally:
            _disconnect()

    def _next(self) -> Claim | None:
        try:
            return self._waiting.get(timeout=IDLE)
        except Empty:
            _disconnect()
            return self._waiting.get()

    def _finished(self) -> None:
        with self._lock:
            self._unfinished -= 1


def _send(claim: Claim) -> None:
    try:
        _deliver(claim)
    except (InterfaceError, OperationalError) as problem:
        logger.warning("database_does_not_answer", extra={"problem": str(problem)})
        connection.close()
    except Exception:
        logger.exception("delivery_failed", extra={"delivery": str(claim.delivery_id)})
        connection.close()


def _deliver(claim: Claim) -> None:
    """Twice if the database has ended the session; a claim that was used by then does no harm."""
    try:
        deliver(delivery_id=claim.delivery_id, claim=claim.claim)
    except (InterfaceError, OperationalError):
        connection.close()
        deliver(delivery_id=claim.delivery_id, claim=claim.claim)


def _disconnect() -> None:
    registry.disconnect()
    connection.close()
