"""Sending from the relay itself, for deliveries no worker takes."""

import logging
from concurrent.futures import Future, ThreadPoolExecutor

from django.db import connection

from outbox.services import Claim, deliver

logger = logging.getLogger(__name__)

HANDS = 4


class Courier:
    """A few threads, so that a slow mail server does not hold up the relay's own loop."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(HANDS, thread_name_prefix="courier")
        self._errands: set[Future[None]] = set()

    @property
    def free_hands(self) -> int:
        self._errands = {errand for errand in self._errands if not errand.done()}
        return max(0, HANDS - len(self._errands))

    def carry(self, claim: Claim) -> None:
        self._errands.add(self._threads.submit(_carry, claim))

    def stop(self) -> None:
        """Finish what is on its way; what has not been started is claimed again by others."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def _carry(claim: Claim) -> None:
    try:
        deliver(delivery_id=claim.delivery_id, claim=claim.claim)
    except Exception:
        logger.exception("delivery_lost_its_way", extra={"delivery": str(claim.delivery_id)})
    finally:
        connection.close()
