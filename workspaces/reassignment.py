"""Who takes over the open tasks of somebody who leaves."""

from dataclasses import dataclass

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Handover:
    """Part of the events of a departure; the receivers reassign the open tasks as it says.

    By default each project's lead takes over; otherwise `person`, or nobody if that is None.
    """

    to_lead: bool = True
    person: User | None = None


TO_LEAD = Handover()


def handover_to(person: User | None) -> Handover:
    """A handover to this person, or to nobody if that is None, instead of the lead."""
    return Handover(to_lead=False, person=person)
