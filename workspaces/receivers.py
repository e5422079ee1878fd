"""What happens to workspaces when something happens to people, in general or inside."""

from accounts.events import PersonDeleted
from core.events import subscribe
from workspaces.departures import end_memberships
from workspaces.events import MemberAdded, MemberRemoved, MemberRoleChanged
from workspaces.invitations.withdrawal import (
    end_invitations_by,
    end_invitations_to,
    end_unbacked_invitations,
    forget_invitations,
)


@subscribe(PersonDeleted)
def end_their_memberships(event: PersonDeleted) -> None:
    end_memberships(actor=event.actor, person=event.person)


@subscribe(PersonDeleted)
def forget_what_was_sent_to_them(event: PersonDeleted) -> None:
    forget_invitations(actor=event.actor, person=event.person)


@subscribe(MemberAdded)
def end_what_they_no_longer_need(event: MemberAdded) -> None:
    place = event.membership
    end_invitations_to(actor=event.actor, workspace=place.workspace, person=place.user)


@subscribe(MemberRoleChanged)
def end_what_they_may_no_longer_offer(event: MemberRoleChanged) -> None:
    place = event.membership
    end_unbacked_invitations(actor=event.actor, workspace=place.workspace, person=place.user)


@subscribe(MemberRemoved)
def end_what_they_leave_behind(event: MemberRemoved) -> None:
    end_invitations_to(actor=event.actor, workspace=event.workspace, person=event.person)
    end_invitations_by(actor=event.actor, workspace=event.workspace, person=event.person)
