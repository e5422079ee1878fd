"""Whether mail can be sent at all, as far as the mail server and the settings are concerned."""

import logging

from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from core.context import as_system
from outbox.mail import EMAIL
from outbox.models import PATIENCE, Delivery, MailFailure

logger = logging.getLogger(__name__)


def note_failure(*, reason: str) -> None:
    """Remember that mail fails, and why; the next mail that leaves is the end of it.

    Logged when it begins, not with every mail that is tried meanwhile.
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
    """The last failure, unless a mail has left since, or nothing is tried any more."""
    sent = Delivery.objects.filter(channel=EMAIL, sent_at__gt=OuterRef("failed_at"))
    lately = MailFailure.objects.filter(failed_at__gt=Now() - PATIENCE)
    return lately.filter(~Exists(sent)).order_by("failed_at").last()
