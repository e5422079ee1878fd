"""Sending one claimed delivery over its channel: compose, record, send, save the result."""

import logging
import time
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from core.context import as_system
from outbox import fault_points
from outbox.models import Delivery, DeliveryQuerySet, State
from outbox.registry import Channel, Later, Skip, channel_named, compose, reason_of, review

logger = logging.getLogger(__name__)

RETRY = 0.5
"""Seconds between two attempts to save that a message was sent, while the database is down."""
SLACK = 2
"""A sender's lease in units of OUTBOX_LEASE: slow servers take longer than the broker."""


class Attempt(NamedTuple):
    """A delivery, its channel, and its draft or rendered message."""

    delivery: Delivery
    channel: Channel[Any, Any]
    message: Any


def deliver(*, delivery_id: UUID, claim: UUID) -> None:
    """Send the claimed delivery; nothing if the claim was used, or replaced after its lease.

    The message is recorded and committed before it is sent, so that no transaction is open
    while the channel waits for the other side.
    """
    lease = SLACK * settings.OUTBOX_LEASE
    until = time.monotonic() + lease
    delivery, own = Delivery.objects.filter(pk=delivery_id), uuid4()
    try:
        attempt = _begin(delivery.claimed_by(claim), own, lease)
    except Exception as problem:
        logger.exception("delivery_failed", extra={"delivery": str(delivery_id)})
        _postpone(delivery.claimed_by(claim), reason_of(problem), begun=False)
        return
    fault_points.hit("outbox.before_send")
    if attempt and time.monotonic() < until:
        mine = delivery.claimed_by(own)
        receipt = _send(attempt, mine)
        if receipt is not None:
            fault_points.hit("outbox.after_send")
            _close_sent(mine, until)
            attempt.channel.after_sent(attempt.delivery, attempt.message, receipt)


def _begin(claimed: DeliveryQuerySet, own: UUID, lease: float) -> Attempt | None:
    """Compose, render and record the message; None if there is nothing to send.

    It is rendered between two transactions, so that no row is locked meanwhile.
    """
    found = _read(claimed)
    if found is None:
        return None
    delivery, channel, draft = found
    return _take(claimed, Attempt(delivery, channel, channel.render(delivery, draft)), own, lease)


@as_system("sending a delivery", durable=True)
def _read(claimed: DeliveryQuerySet) -> Attempt | None:
    """The delivery with its draft; None if the claim is used, or after a Skip or a Later.

    A Skip is saved under the locks it was decided under: a transaction that waits for them may
    remove its cause, and then looks for skipped deliveries.
    """
    delivery = claimed.first()
    if delivery is None:
        return None
    channel = channel_named(delivery.channel)
    if channel is None:
        claimed.close(State.DEAD, f"there is no channel {delivery.channel!r}", attempts=1)
        return None
    draft = compose(delivery)
    fault_points.hit("outbox.in_compose")
    if isinstance(draft, Skip):
        claimed.close(State.SKIPPED, draft.reason, attempts=1)
        return None
    if isinstance(draft, Later):
        claimed.put_off(draft.seconds, draft.reason)
        return None
    return Attempt(delivery, channel, draft)


@as_system("sending a delivery", durable=True)
def _take(claimed: DeliveryQuerySet, attempt: Attempt, own: UUID, lease: float) -> Attempt | None:
    """Replace the claim by our own and record the message; None if the claim is used.

    A broker may deliver one message to two workers: both may compose, but only one can take it.
    """
    delivery, channel, rendered = attempt
    message = review(delivery, rendered)
    if isinstance(message, Skip):
        claimed.close(State.SKIPPED, message.reason, attempts=1)
        return None
    if not claimed.take(own, lease):
        return None
    channel.record(delivery, message)
    return Attempt(delivery, channel, message)


def _send(attempt: Attempt, mine: DeliveryQuerySet) -> str | None:
    """The receipt of the channel; None after an error, whose consequences are saved here."""
    delivery, channel, message = attempt
    try:
        return channel.send(delivery, message)
    except Exception as problem:
        failure = channel.classify(problem)
        names = {"delivery": str(delivery.pk)}
        if failure.is_final:
            logger.warning("delivery_rejected", extra=names)
            _close(mine, State.DEAD, failure.reason)
        else:
            if not failure.is_expected:
                logger.exception("delivery_failed", extra=names)
            _postpone(mine, failure.reason)
        if failure.outage:
            channel.record_outage(failure.outage)
    return None


def _close_sent(mine: DeliveryQuerySet, until: float) -> None:
    """Save that it was sent, until the lease ends: after that another sender sends it again."""
    while True:
        try:
            return _close(mine, State.SENT)
        except (InterfaceError, OperationalError):
            if time.monotonic() > until - RETRY:
                raise
            connection.close()
            time.sleep(RETRY)


# In transactions of their own, because none may be open while a message is being sent.
@as_system("sending a delivery")
def _close(mine: DeliveryQuerySet, state: State, reason: str = "") -> None:
    mine.close(state, reason)


@as_system("sending a delivery")
def _postpone(mine: DeliveryQuerySet, reason: str, *, begun: bool = True) -> None:
    mine.postpone(reason, begun=begun)
