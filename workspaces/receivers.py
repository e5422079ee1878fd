"""What happens to workspaces when something happens below them."""

from accounts.events import (
    OrganizationChanged,
    OrganizationDeleted,
    OrganizationLeft,
    OrganizationSeen,
    PersonDeleted,
)
from core.events import subscribe
from workspaces.departures import end_memberships
from workspaces.events import MemberRemoved
from workspaces.organizations import (
    close_organization,
    follow_organization,
    keep_away,
    seat_person,
    unseat_person,
)


@subscribe(PersonDeleted)
def end_their_memberships(event: PersonDeleted) -> None:
    end_memberships(actor=event.actor, person=event.person, is_final=event.is_final)


@subscribe(OrganizationSeen)
def seat_them(event: OrganizationSeen) -> None:
    seat_person(
        person=event.person,
        organization=event.organization,
        role=event.role,
        at=event.at,
        is_news=event.is_news,
    )


@subscribe(MemberRemoved)
def remember_it(event: MemberRemoved) -> None:
    """Only for somebody's own decision: what the provider tells carries the provider's time."""
    if event.actor is not None:
        keep_away(workspace=event.workspace, person=event.person)


@subscribe(OrganizationChanged)
def follow_it(event: OrganizationChanged) -> None:
    follow_organization(organization=event.organization, founder=event.founder, at=event.at)


@subscribe(OrganizationDeleted)
def close_it(event: OrganizationDeleted) -> None:
    close_organization(organization=event.organization, at=event.at)


@subscribe(OrganizationLeft)
def unseat_them(event: OrganizationLeft) -> None:
    unseat_person(
        person=event.person,
        person_id=event.person_id,
        organization=event.organization,
        at=event.at,
    )
