"""A kind of delivery that needs nothing but the outbox."""

from uuid import uuid4

from django.db import transaction

from outbox.composers import Mail, Skip, carries
from outbox.models import Delivery
from outbox.services import Claim, claim_due, deliver, enqueue


@carries("note")
def note(delivery: Delivery) -> Mail | Skip:
    if delivery.payload.get("obsolete"):
        return Skip("nobody wants to know any more")
    return Mail(to="max@example.com", subject="A note", text="Read me", html="<p>Read me</p>")


def write(key: str = "note", **payload: object) -> Delivery:
    """One note in the outbox."""
    with transaction.atomic():
        enqueue(kind="note", recipient_id=uuid4(), dedupe_key=key, payload=payload)
    return Delivery.objects.get(dedupe_key=key)


def claim() -> Claim:
    """The only delivery that is due."""
    [claimed] = claim_due(limit=10)
    return claimed


def send(claimed: Claim) -> Delivery:
    deliver(delivery_id=claimed.delivery_id, claim=claimed.claim)
    return Delivery.objects.get(pk=claimed.delivery_id)
