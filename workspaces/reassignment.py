"""Who takes over the open work of somebody who leaves."""

from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Handover:
    """Travels with the events of a departure down to the rows that have to change hands.

    By default each project's lead takes over; otherwise `person`, and nobody where that is None.
    """

    to_lead: bool = True
    person: User | None = None


TO_LEAD = Handover()


def handover_to(person: User | None) -> Handover:
    """What a request asks for that names somebody, or expressly nobody."""
    return Handover(to_lead=False, person=person)
