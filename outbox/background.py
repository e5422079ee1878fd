"""Celery tasks. What is sent depends on the rows: a broker's message may be lost or repeated."""

import time
from uuid import UUID

from celery import shared_task

from core.retention import apply_rules
from outbox import fault_points, services

AT_ONCE = 20
LONGEST_REMOVAL = 20.0
LONGEST_RUN = 10.0
"""Seconds after which a run stops taking claims, so that the worker gets to other messages."""
LONGEST_MAIL = 110
"""Seconds that one mail may take: six answers of the server, and the one to the content."""


@shared_task(soft_time_limit=LONGEST_MAIL, time_limit=LONGEST_MAIL + 5)
def deliver(*, delivery_id: str, claim: str) -> None:
    """Send one claim; called by messages of relays of the previous version only."""
    services.deliver(delivery_id=UUID(delivery_id), claim=UUID(claim))


@shared_task(soft_time_limit=LONGEST_MAIL, time_limit=LONGEST_MAIL + 5)
def deliver_batch(*, claims: list[list[str]]) -> None:
    """Send claims, `[delivery id, claim id]` each; after LONGEST_RUN the rest is the relay's."""
    until = time.monotonic() + LONGEST_RUN
    for delivery_id, claim in claims:
        services.deliver(delivery_id=UUID(delivery_id), claim=UUID(claim))
        if time.monotonic() > until:
            return


@shared_task(soft_time_limit=LONGEST_MAIL, time_limit=LONGEST_MAIL + 5)
def deliver_due() -> None:
    """Claim and send due deliveries while no relay runs.

    Claims one at a time: others claimed with it would wait for it, whatever becomes due meanwhile.
    """
    if services.is_relay_alive():
        return
    until = time.monotonic() + LONGEST_RUN
    for _ in range(AT_ONCE):
        claims = services.claim_due(limit=1)
        if claims:
            fault_points.hit("outbox.after_claim")
        for claim in claims:
            services.deliver(delivery_id=claim.delivery_id, claim=claim.claim)
        if not claims or time.monotonic() > until:
            return


@shared_task
def sweep() -> None:
    """Give up what could not be delivered for three days."""
    services.sweep()


@shared_task
def apply_retention() -> None:
    """Remove old rows: the same as the relay, with more time; either alone is enough."""
    apply_rules(within=LONGEST_REMOVAL)
