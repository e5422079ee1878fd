"""Notes on their way to the peer."""

from uuid import uuid4

from django.db import transaction

from outbox.models import Delivery
from outbox.services import enqueue
from tests.outbox.http_channel.channels import HTTP


def enqueue_note(key: str = "posted", **payload: object) -> Delivery:
    """A note for the peer in the outbox."""
    with transaction.atomic():
        enqueue(channel=HTTP, kind="note", recipient_id=uuid4(), dedupe_key=key, payload=payload)
    return Delivery.objects.get(dedupe_key=key)
