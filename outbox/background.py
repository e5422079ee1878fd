"""Celery's entries: the row is the truth, a message only a hint that may be lost or come twice."""

from uuid import UUID

from celery import shared_task

from outbox import services

AT_ONCE = 20


@shared_task(soft_time_limit=45, time_limit=55)
def deliver(*, delivery_id: str, claim: str) -> None:
    services.deliver(delivery_id=UUID(delivery_id), claim=UUID(claim))


@shared_task(soft_time_limit=45, time_limit=55)
def deliver_due() -> None:
    """The relay's work once, for the time in which no relay runs."""
    for claim in services.claim_due(limit=AT_ONCE):
        services.deliver(delivery_id=claim.delivery_id, claim=claim.claim)


@shared_task
def sweep() -> None:
    services.sweep()
