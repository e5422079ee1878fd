"""The loop that claims due deliveries and publishes or sends them; any number may run."""

import logging
import os
import socket
from queue import Empty, SimpleQueue

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from core.heartbeats import Heartbeat
from outbox import fault_points, periodic
from outbox.broker import Broker
from outbox.local_sender import LocalSender
from outbox.services import Claim, claim_due, note_relay, release

logger = logging.getLogger(__name__)

IDLE = 0.25
BUSY = 0.02
"""Seconds between two turns while claims are being sent or wait for workers."""
LEAST = 8
"""The least room for claims with which the busy relay claims again, to claim in batches."""
LONGEST_PAUSE = 5.0
NAME = f"{socket.gethostname()}:{os.getpid()}"


class Relay:
    """Publishes claims to the workers, and sends the others in threads of its own."""

    def __init__(self) -> None:
        # Not an Event: setting it in a signal handler can deadlock with its own lock.
        self._orders: SimpleQueue[None] = SimpleQueue()
        self._broker = Broker()
        self._sender = LocalSender()
        self._heartbeat = Heartbeat("relay", settings.DATA_DIR)

    def run(self) -> None:
        """Repeat `turn` until stopped; while the database is down, wait and try again."""
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
        """Whether `stop` was called, or is called within so many seconds."""
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
        """Run scans, claim, publish and send; returns whether more may be due already."""
        has_more = periodic.run_due()
        for claim in self._broker.take_back(self._sender.room):
            self._sender.send(claim)
        room = self._broker.room + self._sender.room
        if not room or (self._is_busy and room < LEAST):
            return has_more
        claims = claim_due(limit=room)
        if claims:
            fault_points.hit("outbox.after_claim")
        # A lapsed lease was that of a worker that crashed or stopped: sent here, not published.
        lapsed = [claim for claim in claims if claim.lapsed]
        fresh = [claim for claim in claims if not claim.lapsed]
        told = self._broker.room
        self._send([*lapsed, *self._broker.publish(fresh[:told]), *fresh[told:]])
        return has_more or bool(claims)

    def _send(self, claims: list[Claim]) -> None:
        """Send in threads of this relay; claims beyond their room are released, and due again."""
        for claim in claims:
            if self._sender.room:
                self._sender.send(claim)
            else:
                release(claim)


@periodic.scan(every=5)
def note_presence() -> None:
    """Save that this relay is running, which workers ask for before they send by themselves."""
    note_relay(name=NAME)
