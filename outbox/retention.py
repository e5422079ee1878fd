"""How long deliveries and the texts of mails are kept; the relay removes what is too old."""

from datetime import timedelta

from django.db.models.functions import Now

from core.context import as_system
from core.retention import apply_rules, delete_batch, lock_batch, retained
from outbox.models import Delivery, MailContent
from outbox.periodic import scan
from outbox.services import sweep

WORDS_KEPT_FOR = timedelta(days=7)
KEPT_FOR = timedelta(days=30)
LONGEST_REMOVAL = 0.5
"""Seconds for removing old rows, as mail waits meanwhile; the rest is removed a minute later."""

scan(every=60)(sweep)


@scan(every=60)
def apply_retention() -> None:
    apply_rules(within=LONGEST_REMOVAL)


@retained("words of mails", WORDS_KEPT_FOR)
@as_system("removing the words of old mails")
def remove_words_of_mails(at_most: int) -> int:
    """Empty subject and texts of old mails; their deliveries stay until KEPT_FOR."""
    decided = Delivery.objects.decided().filter(next_at__lt=Now() - WORDS_KEPT_FOR)
    # Implied by the first condition, but this one has an index that leaves few rows.
    old = MailContent.objects.with_words().filter(composed_at__lt=Now() - WORDS_KEPT_FOR)
    chosen = old.filter(delivery__in=decided).order_by("composed_at")
    keys = list(lock_batch(chosen, at_most).values_list("pk", flat=True))
    if keys:
        MailContent.objects.filter(pk__in=keys).update(subject="", text="", html="")
    return len(keys)


@retained("deliveries", KEPT_FOR)
@as_system("removing old deliveries")
def remove_deliveries(at_most: int) -> int:
    """Delete old decided deliveries, and what channels have recorded of them."""
    old = Delivery.objects.decided().filter(next_at__lt=Now() - KEPT_FOR)
    return delete_batch(old.order_by("next_at"), at_most)
