"""How long deliveries and the words of mails are kept."""

from datetime import timedelta

from django.db.models.functions import Now

from core.context import as_system
from core.retention import delete_batch, lock_batch, retained
from outbox.models import Delivery, MailContent

WORDS_KEPT_FOR = timedelta(days=7)
KEPT_FOR = timedelta(days=30)


@retained("words of mails", WORDS_KEPT_FOR)
@as_system("removing the words of old mails")
def remove_words_of_mails(at_most: int) -> int:
    """That somebody was sent a mail stays for a while longer."""
    decided = Delivery.objects.decided().filter(next_at__lt=Now() - WORDS_KEPT_FOR)
    # Nothing is decided before it is composed: the index over this leaves few to look up.
    old = MailContent.objects.with_words().filter(composed_at__lt=Now() - WORDS_KEPT_FOR)
    chosen = old.filter(delivery__in=decided).order_by("composed_at")
    keys = list(lock_batch(chosen, at_most).values_list("pk", flat=True))
    if keys:
        MailContent.objects.filter(pk__in=keys).update(subject="", text="", html="")
    return len(keys)


@retained("deliveries", KEPT_FOR)
@as_system("removing old deliveries")
def remove_deliveries(at_most: int) -> int:
    """With what their channels have recorded of them."""
    old = Delivery.objects.decided().filter(next_at__lt=Now() - KEPT_FOR)
    return delete_batch(old.order_by("next_at"), at_most)
