"""Reactions to events about people and memberships."""

from accounts.events import (
    PersonDeleted,
    PersonJoined,
)
from core.events import WorkspaceOpened, subscribe
from workspaces.events import MemberAdded, MemberRemoved, MemberRoleChanged, OwnerChanged
from workspaces.reassignment import TO_LEAD, handover_to
from workspaces.services.joining import move_memberships
from workspaces.services.leaving import end_memberships
from workspaces.services.opening import record_opening
from workspaces.services.ownership import end_offer
from workspaces.services.revocation import (
    erase_invitations,
    revoke_invitations_by,
    revoke_invitations_to,
    revoke_unbacked_invitations,
)


@subscribe(WorkspaceOpened)
def record_first_visit(event: WorkspaceOpened) -> None:
    record_opening(actor=event.actor, workspace_id=event.workspace_id)


@subscribe(PersonDeleted)
def end_memberships_of_deleted(event: PersonDeleted) -> None:
    end_memberships(
        actor=event.actor,
        person=event.person,
        is_final=event.is_final,
        handover=handover_to(event.successor) if event.successor else TO_LEAD,
    )


@subscribe(PersonJoined)
def move_memberships_to_joined(event: PersonJoined) -> None:
    move_memberships(actor=event.actor, person=event.person, former=event.former)


@subscribe(PersonDeleted)
def erase_invitations_of_deleted(event: PersonDeleted) -> None:
    erase_invitations(actor=event.actor, person=event.person)


@subscribe(MemberAdded)
def revoke_invitations_of_new_member(event: MemberAdded) -> None:
    place = event.membership
    revoke_invitations_to(actor=event.actor, workspace=place.workspace, person=place.user)


@subscribe(MemberRoleChanged)
def revoke_invitations_beyond_new_role(event: MemberRoleChanged) -> None:
    place = event.membership
    revoke_unbacked_invitations(actor=event.actor, workspace=place.workspace, person=place.user)


@subscribe(MemberRemoved)
def revoke_invitations_of_leaver(event: MemberRemoved) -> None:
    revoke_invitations_to(actor=event.actor, workspace=event.workspace, person=event.person)
    revoke_invitations_by(actor=event.actor, workspace=event.workspace, person=event.person)


@subscribe(MemberRemoved)
def withdraw_offer_to_leaver(event: MemberRemoved) -> None:
    end_offer(actor=event.actor, workspace=event.workspace, person=event.person)


@subscribe(OwnerChanged)
def withdraw_offer_of_former_owner(event: OwnerChanged) -> None:
    end_offer(actor=event.actor, workspace=event.workspace)
