"""Sending in threads of the relay: claims that workers do not begin, or have no room for."""

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
"""Claims per thread, in progress and waiting, so that none idles until the loop's next turn."""
IDLE = 5.0
"""Seconds after which a thread without work closes its connections."""
LONGEST_STOP = 40.0
"""Seconds; with the loop's last turn below the `stop_grace_period` of `docker-compose.yml`."""


class LocalSender:
    """Up to THREADS threads, each with connections of its own to the database and the channels."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[Claim | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._lock = threading.Lock()

    @property
    def room(self) -> int:
        """How many more claims it accepts."""
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
        """Finish the claims in progress; release waiting ones, which are then due again.

        Those in progress for more than LONGEST_STOP are left, and due again when their lease ends.
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
    """Send, and once more if the database ended the session; a used claim sends nothing."""
    try:
        deliver(delivery_id=claim.delivery_id, claim=claim.claim)
    except (InterfaceError, OperationalError):
        connection.close()
        deliver(delivery_id=claim.delivery_id, claim=claim.claim)


def _disconnect() -> None:
    registry.disconnect()
    connection.close()
