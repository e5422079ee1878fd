"""Erasing the deliveries to and about a person who is deleted."""

from uuid import UUID

from django.db.models import Q

from outbox.models import UNDECIDED, Delivery, State
from outbox.registry import channels


def erase_deliveries_of(*, person_id: UUID, reason: str) -> None:
    """Skip their undecided deliveries; erase recorded texts of those to them or caused by them.

    Undecided deliveries to others are composed when they are sent, from rows already erased.
    """
    to_them = Q(recipient_id=person_id)
    Delivery.objects.filter(to_them, state__in=UNDECIDED).close(State.SKIPPED, reason)
    concerned = Delivery.objects.filter(to_them | Q(payload__actor=str(person_id))).order_by("pk")
    # Locked, so that what a sender is recording at this moment is erased as well.
    held = concerned.select_for_update(no_key=True, of=("self",))
    recipients = dict(held.values_list("pk", "recipient_id"))
    to = [pk for pk, recipient_id in recipients.items() if recipient_id == person_id]
    for channel in channels().values():
        channel.erase(to=to, naming=list(recipients))
