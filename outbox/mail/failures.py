"""Failures of the mail server or its settings, which concern all mails."""

import logging

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from core.context import as_system
from outbox.mail import EMAIL
from outbox.models import PATIENCE, Delivery, MailFailure

logger = logging.getLogger(__name__)


def note_failure(*, reason: str) -> None:
    """Save that mail fails for this reason, until a mail is sent.

    Logged once when it begins, not for every mail that fails.
    """
    last = mail_failure()
    if last is None or last.reason != reason:
        logger.error("mail_fails", extra={"problem": reason})
    MailFailure.objects.bulk_create(
        [MailFailure(failed_at=Now(), reason=reason)],
        update_conflicts=True,
        unique_fields=["reason"],
        update_fields=["failed_at"],
    )


@as_system("asking whether mail leaves")
def mail_failure() -> MailFailure | None:
    """The last failure; None if a mail was sent since, or it is older than PATIENCE."""
    sent = Delivery.objects.filter(channel=EMAIL, sent_at__gt=OuterRef("failed_at"))
    lately = MailFailure.objects.filter(failed_at__gt=Now() - PATIENCE)
    return lately.filter(~Exists(sent)).order_by("failed_at").last()
