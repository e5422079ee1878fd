"""Publishing claims to the workers through the broker, which may refuse, hang or be down."""

import logging
import time
from collections.abc import Sequence

from kombu.exceptions import OperationalError

from outbox.background import deliver_batch
from outbox.services import Claim, unused

logger = logging.getLogger(__name__)

PAUSE = 5.0
# Lower numbers are taken first, in all queues: Redis keeps one list for each queue and number.
ACCOUNT, PROMPT, BULK = 0, 3, 6
MOST_PROMPT = 4
"""Claims of one workspace that get the priority PROMPT; its further ones get BULK."""
BATCH = 5
"""Claims in one message; a worker sends them over one connection to the mail server."""
MOST_WAITING = 30
"""The most published claims that no worker has begun; enough to keep several workers busy."""
PATIENCE = 2.0
"""Seconds until a claim no worker has begun is taken back, and workers count as stopped."""
RECHECK = 0.1
# Without these, a message to a broker that hangs takes four seconds, and six if it is down.
SHORT_TIMEOUTS = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "connect_retries_timeout": 0.5,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}


class Broker:
    """A connection with short time-outs, and the claims that workers have not begun to send.

    After a failure nothing is published for PAUSE seconds. Workers that begin nothing, because
    they are stopped or too busy, then get one claim at a time until they begin it.
    """

    def __init__(self) -> None:
        app = deliver_batch.app
        options = {**app.conf.broker_transport_options, **SHORT_TIMEOUTS}
        self._connection = app.connection_for_write(transport_options=options)
        self._paused_until = 0.0
        self._waiting: dict[Claim, float] = {}
        self._recheck_at = 0.0
        self._begun_at = 0.0

    @property
    def is_available(self) -> bool:
        """False for PAUSE seconds after the broker failed, or workers began no claim."""
        return time.monotonic() >= self._paused_until

    @property
    def has_waiting(self) -> bool:
        return bool(self._waiting)

    @property
    def room(self) -> int:
        """How many more claims may be published; one until a worker has begun one."""
        most = MOST_WAITING if self._begun_at else 1
        return max(0, most - len(self._waiting)) if self.is_available else 0

    def publish(self, claims: Sequence[Claim]) -> list[Claim]:
        """Publish to the workers; returns the claims that the broker has not taken."""
        refused: list[Claim] = []
        by_priority: dict[int, list[Claim]] = {}
        for claim in claims:
            by_priority.setdefault(priority(claim), []).append(claim)
        for urgency, equals in by_priority.items():
            for start in range(0, len(equals), BATCH):
                batch = equals[start : start + BATCH]
                if not (self.is_available and self._publish_batch(batch, urgency)):
                    refused += batch
        return refused

    def take_back(self, most: int) -> list[Claim]:
        """Up to `most` claims that no worker began within PATIENCE, oldest first.

        The caller sends them; a worker that gets one later finds it used.
        """
        now = time.monotonic()
        if not self._waiting or now < self._recheck_at:
            return []
        self._recheck_at = now + RECHECK
        left = unused(claims=list(self._waiting))
        if len(left) < len(self._waiting):
            self._begun_at = now
        self._waiting = {claim: at for claim, at in self._waiting.items() if claim.claim in left}
        overdue = [claim for claim, at in self._waiting.items() if at < now - PATIENCE]
        if overdue and self.is_available and self._begun_at < now - PATIENCE:
            logger.warning("workers_do_not_answer", extra={"claims": len(overdue)})
            self._pause()
        for claim in overdue[:most]:
            del self._waiting[claim]
        return overdue[:most]

    def disconnect(self) -> None:
        self._connection.release()

    def _publish_batch(self, batch: Sequence[Claim], urgency: int) -> bool:
        names = [[str(claim.delivery_id), str(claim.claim)] for claim in batch]
        try:
            with self._connection.Producer() as producer:
                deliver_batch.apply_async(
                    kwargs={"claims": names}, producer=producer, retry=False, priority=urgency
                )
        except (OperationalError, OSError) as problem:
            logger.warning("broker_does_not_answer", extra={"problem": str(problem)})
            self.disconnect()
            self._pause()
            return False
        self._waiting.update(dict.fromkeys(batch, time.monotonic()))
        return True

    def _pause(self) -> None:
        self._paused_until = time.monotonic() + PAUSE
        self._begun_at = 0.0


def priority(claim: Claim) -> int:
    """The priority of a claim's message in the broker."""
    if claim.place == 0:
        return ACCOUNT
    return PROMPT if claim.place <= MOST_PROMPT else BULK
