"""Celery's entries: the row is the truth, a message only a hint that may be lost or come twice."""

import time
from uuid import UUID

from celery import shared_task

from core.retention import apply_rules
from outbox import services

AT_ONCE = 20
LONGEST_REMOVAL = 20.0
LONGEST_RUN = 10.0
"""Seconds after which another run goes on, so that the worker is free for what has come since."""
LONGEST_MAIL = 110
"""Seconds for a mail that begins then: six answers of the server, and the one to the content."""


@shared_task(soft_time_limit=LONGEST_MAIL, time_limit=LONGEST_MAIL + 5)
def deliver(*, delivery_id: str, claim: str) -> None:
    """For messages of a relay of the version before."""
    services.deliver(delivery_id=UUID(delivery_id), claim=UUID(claim))


@shared_task(soft_time_limit=LONGEST_MAIL, time_limit=LONGEST_MAIL + 5)
def deliver_batch(*, claims: list[list[str]]) -> None:
    """Several claims by id; the relay sends what a slow mail server leaves no time for."""
    until = time.monotonic() + LONGEST_RUN
    for delivery_id, claim in claims:
        services.deliver(delivery_id=UUID(delivery_id), claim=UUID(claim))
        if time.monotonic() > until:
            return


@shared_task(soft_time_limit=LONGEST_MAIL, time_limit=LONGEST_MAIL + 5)
def deliver_due() -> None:
    """The relay's work, for the time in which no relay runs.

    Claims one at a time, because what is claimed together keeps what comes next waiting.
    """
    if services.is_relay_alive():
        return
    until = time.monotonic() + LONGEST_RUN
    for _ in range(AT_ONCE):
        claims = services.claim_due(limit=1)
        for claim in claims:
            services.deliver(delivery_id=claim.delivery_id, claim=claim.claim)
        if not claims or time.monotonic() > until:
            return


@shared_task
def sweep() -> None:
    services.sweep()


@shared_task
def apply_retention() -> None:
    """The relay's work again, with more time; either alone is enough."""
    apply_rules(within=LONGEST_REMOVAL)
