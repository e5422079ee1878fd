"""How long finished reminders, notifications and mail batches are kept."""

from datetime import timedelta

from django.db.models.functions import Now

from core.context import as_system
from core.retention import delete_batch, lock_batch, retained
from notifications.models import MailBatch, Notification, Reminder
from outbox.models import Delivery

KEPT_FOR = timedelta(days=90)
LONGEST_KEPT = timedelta(days=365)
BATCHES_KEPT_FOR = timedelta(days=1)
"""Much longer than what follows a mail is collected."""


@retained("reminders sent, skipped or cancelled", KEPT_FOR)
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


@retained("notifications that were read", KEPT_FOR)
@as_system("removing old notifications")
def remove_read_notifications(at_most: int) -> int:
    old = Notification.objects.filter(read_at__lt=Now() - KEPT_FOR)
    return delete_batch(old.order_by("read_at"), at_most)


@retained("notifications", LONGEST_KEPT)
@as_system("removing old notifications")
def remove_notifications(at_most: int) -> int:
    """Delete old ones, read or not; also those that were only mailed."""
    old = Notification.objects.filter(created_at__lt=Now() - LONGEST_KEPT)
    return delete_batch(old.order_by("created_at"), at_most)


@retained("mail batches", BATCHES_KEPT_FOR)
@as_system("removing old mail batches")
def remove_mail_batches(at_most: int) -> int:
    old = MailBatch.objects.filter(goes_at__lt=Now() - BATCHES_KEPT_FOR)
    return delete_batch(old.order_by("goes_at"), at_most)
