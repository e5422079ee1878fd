"""Telling the workers through the broker, which may refuse, hang or be gone."""

import logging
import time

from kombu.exceptions import OperationalError

from outbox.background import deliver
from outbox.services import Claim

logger = logging.getLogger(__name__)

COOLING = 5.0
# Lower numbers are taken first: Redis keeps one list for each of them.
ACCOUNT, PROMPT, BULK = 0, 3, 6
MOST_PROMPT = 4
"""Claims of one workspace that wait among everybody's; further ones wait behind them all."""
# Without these, one message to a broker that hangs takes four seconds, and six to one that is gone.
IMPATIENT = {
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
    "connect_retries_timeout": 0.5,
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
}


class Hints:
    """A connection of its own with short time-outs, and a breaker that spares further waiting."""

    def __init__(self) -> None:
        app = deliver.app
        options = {**app.conf.broker_transport_options, **IMPATIENT}
        self._connection = app.connection_for_write(transport_options=options)
        self._closed_until = 0.0
        self.are_taken = False
        """Whether the broker took the last one; until it has, little should be claimed."""

    @property
    def are_welcome(self) -> bool:
        """False for a while after the broker has not answered."""
        return time.monotonic() >= self._closed_until

    def give(self, claim: Claim) -> bool:
        """Whether the broker has taken the hint."""
        if not self.are_welcome:
            return False
        names = {"delivery_id": str(claim.delivery_id), "claim": str(claim.claim)}
        try:
            with self._connection.Producer() as producer:
                deliver.apply_async(
                    kwargs=names, producer=producer, retry=False, priority=priority(claim)
                )
        except (OperationalError, OSError) as problem:
            logger.warning("broker_does_not_answer", extra={"problem": str(problem)})
            self.hang_up()
            self._closed_until = time.monotonic() + COOLING
            self.are_taken = False
            return False
        self.are_taken = True
        return True

    def hang_up(self) -> None:
        self._connection.release()


def priority(claim: Claim) -> int:
    """Where in the broker's queue a claim waits."""
    if claim.place == 0:
        return ACCOUNT
    return PROMPT if claim.place <= MOST_PROMPT else BULK
