"""One claimed delivery on its way out."""

import logging
import time
from uuid import UUID, uuid4

from django.conf import settings

from core.context import as_system
from outbox import faults, post
from outbox.channels import Mail, Skip, compose
from outbox.models import Delivery, DeliveryQuerySet, State

logger = logging.getLogger(__name__)

SLACK = 2
"""Leases a sender holds: a slow mail server may take longer than the way through the broker."""


def deliver(*, delivery_id: UUID, claim: UUID) -> None:
    """Send what this claim stands for; a claim that is used or taken over sends nothing.

    The mail is composed from fresh rows under lock and committed before it is sent, so that
    no row is locked while a mail server thinks.
    """
    lease = SLACK * settings.OUTBOX_LEASE
    until = time.monotonic() + lease
    delivery, own = Delivery.objects.filter(pk=delivery_id), uuid4()
    # A claim is used up at once, because a broker may hand the same message to two workers.
    if not _take(delivery.claimed_by(claim), own, lease):
        return
    mine = delivery.claimed_by(own)
    try:
        letter = _compose(mine)
        faults.hit("outbox.before_send")
        if letter and time.monotonic() < until:
            mail, known_as = letter
            post.send(mail, known_as=known_as)
            faults.hit("outbox.after_send")
            _close(mine, State.SENT)
    except post.Rejected as refusal:
        logger.warning("delivery_rejected", extra={"delivery": str(delivery_id)})
        _close(mine, State.DEAD, str(refusal))
    except OSError as problem:
        _postpone(mine, problem)
    except Exception as problem:
        logger.exception("delivery_failed", extra={"delivery": str(delivery_id)})
        _postpone(mine, problem)


# Transactions of their own, because none may stay open while a mail server thinks.
@as_system("sending a delivery")
def _take(claimed: DeliveryQuerySet, own: UUID, lease: float) -> int:
    return claimed.take(own, lease)


@as_system("sending a delivery")
def _close(mine: DeliveryQuerySet, state: State, reason: str = "") -> None:
    mine.close(state, reason)


@as_system("sending a delivery")
def _postpone(mine: DeliveryQuerySet, problem: Exception) -> None:
    mine.postpone(f"{type(problem).__name__}: {problem}"[:2000])


@as_system("sending a delivery", durable=True)
def _compose(mine: DeliveryQuerySet) -> tuple[Mail, str] | None:
    """Write down what is about to be sent, or decide that nothing will be."""
    delivery = mine.first()
    if delivery is None:
        return None
    mail = compose(delivery)
    if isinstance(mail, Skip):
        mine.close(State.SKIPPED, mail.reason)
        return None
    known_as = post.message_id(delivery)
    still_ours = mine.update(
        message_id=known_as,
        address=mail.to,
        subject=mail.subject,
        text=mail.kept_text,
        html=mail.kept_html,
    )
    return (mail, known_as) if still_ours else None
