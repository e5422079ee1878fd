"""What becomes of the mail of somebody who is gone."""

from uuid import UUID

from django.db.models import Q

from outbox.models import UNDECIDED, Delivery, State


def erase_deliveries_of(*, person_id: UUID, reason: str) -> None:
    """Send them nothing more, and keep no word that was written to them or names them.

    Mail to others that is still to be sent is composed from fresh rows when it leaves.
    """
    to_them = Q(recipient_id=person_id)
    Delivery.objects.filter(to_them, state__in=UNDECIDED).close(State.SKIPPED, reason)
    Delivery.objects.filter(to_them).update(address="")
    named = Delivery.objects.filter(to_them | Q(payload__actor=str(person_id)))
    named.update(subject="", text="", html="")
