"""The loop that takes what is due out of the outbox; any number of them may run."""

import logging
import os
import socket
from queue import Empty, SimpleQueue

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from core.heartbeats import Heartbeat
from core.retention import apply_rules
from outbox import periodic
from outbox.broker import Broker
from outbox.local_sender import LocalSender
from outbox.services import Claim, claim_due, note_relay, release, sweep

logger = logging.getLogger(__name__)

IDLE = 0.25
BUSY = 0.02
"""Seconds between two turns while something is on its way."""
LEAST = 8
"""Room that is worth a claim while something is on its way."""
LONGEST_PAUSE = 5.0
LONGEST_REMOVAL = 0.5
"""Seconds for removing old rows, because mail waits meanwhile; what is left goes a minute later."""
NAME = f"{socket.gethostname()}:{os.getpid()}"


class Relay:
    """Hands claims to the workers; keeps time by the monotonic clock, which nobody can set back."""

    def __init__(self) -> None:
        # Not an Event: setting one from a signal handler can meet its own lock.
        self._orders: SimpleQueue[None] = SimpleQueue()
        self._broker = Broker()
        self._sender = LocalSender()
        self._heartbeat = Heartbeat("relay", settings.DATA_DIR)

    def run(self) -> None:
        """Turn until stopped; a database that is away is waited for."""
        pause = IDLE
        while not self._is_told_to_stop():
            self._heartbeat.beat()
            try:
                worked = self.turn()
            except (InterfaceError, OperationalError) as problem:
                logger.warning("database_does_not_answer", extra={"problem": str(problem)})
                connection.close()
                self._is_told_to_stop(within=pause)
                pause = min(LONGEST_PAUSE, 2 * pause)
                continue
            pause = IDLE
            if not worked:
                self._is_told_to_stop(within=BUSY if self._is_busy else IDLE)
        self._sender.stop()
        self._broker.disconnect()

    def stop(self) -> None:
        self._orders.put(None)

    def _is_told_to_stop(self, within: float = 0) -> bool:
        """Whether the order has come, or comes within so many seconds; it stays in force."""
        try:
            self._orders.get(timeout=within)
        except Empty:
            return False
        self._orders.put(None)
        return True

    @property
    def _is_busy(self) -> bool:
        return self._sender.is_busy or self._broker.has_waiting

    def turn(self) -> bool:
        """Scan, claim and hand on; whether there may be more to do at once."""
        periodic.run_due()
        for claim in self._broker.take_back(self._sender.room):
            self._sender.send(claim)
        room = self._broker.room + self._sender.room
        if not room or (self._is_busy and room < LEAST):
            return False
        claims = claim_due(limit=room)
        # A lease that lapsed was somebody's who is dead or stopped: no further detours.
        lapsed = [claim for claim in claims if claim.lapsed]
        fresh = [claim for claim in claims if not claim.lapsed]
        told = self._broker.room
        self._send([*lapsed, *self._broker.publish(fresh[:told]), *fresh[told:]])
        return bool(claims)

    def _send(self, claims: list[Claim]) -> None:
        """Without the workers; what would have to wait here is due again at once, in its turn."""
        for claim in claims:
            if self._sender.room:
                self._sender.send(claim)
            else:
                release(claim)


@periodic.scan(every=5)
def note_presence() -> None:
    note_relay(name=NAME)


periodic.scan(every=60)(sweep)


@periodic.scan(every=60)
def apply_retention() -> None:
    apply_rules(within=LONGEST_REMOVAL)
