"""One claimed delivery on its way out."""

import logging
import time
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from core.context import as_system
from outbox import fault_points
from outbox.mail import sending
from outbox.mail.failures import note_failure
from outbox.models import Delivery, DeliveryQuerySet, State
from outbox.registry import Mail, Skip, compose

logger = logging.getLogger(__name__)
mail_log = structlog.get_logger("gantry.mail")

RETRY = 0.5
"""Seconds between two attempts to write down that a mail is sent, while the database is away."""
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
    try:
        letter = _compose(delivery.claimed_by(claim), own, lease)
    except Exception as problem:
        logger.exception("delivery_failed", extra={"delivery": str(delivery_id)})
        _postpone(delivery.claimed_by(claim), problem, begun=False)
        return
    fault_points.hit("outbox.before_send")
    if letter and time.monotonic() < until:
        mine = delivery.claimed_by(own)
        file = _send(mine, *letter)
        if file is not None:
            fault_points.hit("outbox.after_send")
            _close_sent(mine, until)
            if settings.LOG_SENT_MAIL:
                _log_sent(delivery_id, letter[0], file)


def _send(mine: DeliveryQuerySet, mail: Mail, known_as: str) -> str | None:
    """The path of the mail, or ""; None if it was not taken, and why is written down."""
    try:
        return sending.send(mail, known_as=known_as)
    except sending.Rejected as refusal:
        logger.warning("delivery_rejected", extra={"message_id": known_as})
        _close(mine, State.DEAD, str(refusal))
    except Exception as problem:
        reason = sending.set_up_problem(problem)
        if not (reason or isinstance(problem, OSError)):
            logger.exception("delivery_failed", extra={"message_id": known_as})
        _postpone(mine, problem)
        if reason:
            note_failure(reason=reason)
    return None


def _close_sent(mine: DeliveryQuerySet, until: float) -> None:
    """Write down that it is sent, before the lease ends and somebody else sends it once more."""
    while True:
        try:
            return _close(mine, State.SENT)
        except (InterfaceError, OperationalError):
            if time.monotonic() > until - RETRY:
                raise
            connection.close()
            time.sleep(RETRY)


def _log_sent(delivery_id: UUID, mail: Mail, file: str) -> None:
    """Say where to read it; the admin covers secrets, the file has them."""
    places = {"file": file} if file else {}
    places["admin"] = f"{settings.PUBLIC_URL}/admin/outbox/delivery/{delivery_id}/change/"
    mail_log.info("mail_sent", to=mail.to, subject=mail.subject, **places)


# Transactions of their own, because none may stay open while a mail server thinks.
@as_system("sending a delivery")
def _close(mine: DeliveryQuerySet, state: State, reason: str = "") -> None:
    mine.close(state, reason)


@as_system("sending a delivery")
def _postpone(mine: DeliveryQuerySet, problem: Exception, *, begun: bool = True) -> None:
    mine.postpone(f"{type(problem).__name__}: {problem}"[:2000], begun=begun)


@as_system("sending a delivery", durable=True)
def _compose(claimed: DeliveryQuerySet, own: UUID, lease: float) -> tuple[Mail, str] | None:
    """Write down what is about to be sent, or decide that nothing will be.

    The same statement uses the claim up, because a broker may hand one message to two workers:
    both may compose, and one of them finds the claim gone.
    """
    delivery = claimed.first()
    if delivery is None:
        return None
    mail = compose(delivery)
    if isinstance(mail, Skip):
        claimed.close(State.SKIPPED, mail.reason, attempts=1)
        return None
    known_as = sending.message_id(delivery)
    taken = claimed.take(
        own,
        lease,
        message_id=known_as,
        address=mail.to,
        subject=mail.subject,
        text=mail.kept_text,
        html=mail.kept_html,
    )
    return (mail, known_as) if taken else None
