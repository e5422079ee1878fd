"""Erasing the deliveries to and about a person who is deleted."""

from collections.abc import Collection
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
    _erase(to_them | Q(payload__actor=str(person_id)), person_id)


def erase_texts_in(*, deliveries: Collection[UUID]) -> None:
    """Erase the recorded texts of these deliveries, whoever they are to."""
    if deliveries:
        _erase(Q(pk__in=deliveries), None)


def _erase(concerned: Q, person_id: UUID | None) -> None:
    """Erase texts, and the addresses of those to the person."""
    # Locked, so that what a sender is recording at this moment is erased as well.
    held = Delivery.objects.filter(concerned).order_by("pk")
    held = held.select_for_update(no_key=True, of=("self",))
    recipients = dict(held.values_list("pk", "recipient_id"))
    to = [pk for pk, recipient_id in recipients.items() if recipient_id == person_id]
    for channel in channels().values():
        channel.erase(to=to, naming=list(recipients))
