"""What happens to workspaces when something happens below them."""

from accounts.events import PersonDeleted
from core.events import subscribe
from workspaces.departures import end_memberships


@subscribe(PersonDeleted)
def end_their_memberships(event: PersonDeleted) -> None:
    end_memberships(actor=event.actor, person=event.person)
