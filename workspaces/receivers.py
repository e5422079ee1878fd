"""What happens to workspaces when something happens to people, in general or inside."""

from accounts.events import (
    PersonDeleted,
    PersonJoined,
)
from core.api.visibility import WorkspaceOpened
from core.events import subscribe
from workspaces.events import MemberAdded, MemberRemoved, MemberRoleChanged, OwnerChanged
from workspaces.reassignment import TO_LEAD, handover_to
from workspaces.services.joining import take_over_memberships
from workspaces.services.leaving import end_memberships
from workspaces.services.opening import note_opening
from workspaces.services.ownership import end_offer
from workspaces.services.revocation import (
    end_invitations_by,
    end_invitations_to,
    end_unbacked_invitations,
    erase_invitations,
)


@subscribe(WorkspaceOpened)
def note_that_they_came(event: WorkspaceOpened) -> None:
    note_opening(actor=event.actor, workspace_id=event.workspace_id)


@subscribe(PersonDeleted)
def end_their_memberships(event: PersonDeleted) -> None:
    end_memberships(
        actor=event.actor,
        person=event.person,
        is_final=event.is_final,
        handover=handover_to(event.successor) if event.successor else TO_LEAD,
    )


@subscribe(PersonJoined)
def give_them_the_memberships(event: PersonJoined) -> None:
    take_over_memberships(actor=event.actor, person=event.person, former=event.former)


@subscribe(PersonDeleted)
def forget_what_was_sent_to_them(event: PersonDeleted) -> None:
    erase_invitations(actor=event.actor, person=event.person)


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


@subscribe(MemberRemoved)
def end_an_offer_to_them(event: MemberRemoved) -> None:
    end_offer(actor=event.actor, workspace=event.workspace, person=event.person)


@subscribe(OwnerChanged)
def end_an_offer_of_the_former_owner(event: OwnerChanged) -> None:
    end_offer(actor=event.actor, workspace=event.workspace)
