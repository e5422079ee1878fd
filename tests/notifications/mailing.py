"""What the tests of mails share: everything due is sent, here and now."""

from outbox.models import Delivery
from outbox.services import claim_due, deliver


def send_all() -> list[Delivery]:
    """Send what is due; the deliveries concerned, oldest first."""
    claims = claim_due(limit=100)
    for claim in claims:
        deliver(delivery_id=claim.delivery_id, claim=claim.claim)
    sent = Delivery.objects.filter(pk__in=[claim.delivery_id for claim in claims])
    return list(sent.order_by("created_at"))
