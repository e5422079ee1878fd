"""How long finished reminders are kept."""

from datetime import timedelta

from django.db.models.functions import Now

from core.context import as_system
from core.retention import lock_batch, retained
from notifications.models import Reminder
from outbox.models import Delivery

KEPT_FOR = timedelta(days=90)


@retained("reminders sent or cancelled", KEPT_FOR)
@as_system("removing old reminders")
def remove_reminders(at_most: int) -> int:
    """Delete finished reminders without a delivery.

    The delivery's key contains `rev`; a new plan must not get the same number while it exists.
    """
    finished = Reminder.objects.finished().filter(fire_at__lt=Now() - KEPT_FOR)
    old = {row.dedupe_key: row.pk for row in lock_batch(finished.order_by("fire_at"), at_most)}
    mails = Delivery.objects.filter(dedupe_key__in=list(old))
    for key in mails.values_list("dedupe_key", flat=True):
        del old[key]
    Reminder.objects.filter(pk__in=old.values()).delete()
    return len(old)
