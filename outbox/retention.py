"""How long mails and their words are kept."""

from datetime import timedelta

from django.db.models.functions import Now

from core.context import as_system
from core.retention import delete_batch, lock_batch, retained
from outbox.models import Delivery

WORDS_KEPT_FOR = timedelta(days=7)
KEPT_FOR = timedelta(days=30)


@retained("words of mails", WORDS_KEPT_FOR)
@as_system("removing the words of old mails")
def remove_words_of_deliveries(at_most: int) -> int:
    """That somebody was told stays for a while longer."""
    old = Delivery.objects.with_words().filter(next_at__lt=Now() - WORDS_KEPT_FOR)
    keys = list(lock_batch(old.order_by("next_at"), at_most).values_list("pk", flat=True))
    if keys:
        Delivery.objects.filter(pk__in=keys).update(subject="", text="", html="")
    return len(keys)


@retained("deliveries", KEPT_FOR)
@as_system("removing old deliveries")
def remove_deliveries(at_most: int) -> int:
    old = Delivery.objects.decided().filter(next_at__lt=Now() - KEPT_FOR)
    return delete_batch(old.order_by("next_at"), at_most)
