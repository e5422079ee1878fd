"""Changing the role of members, removing them, and transferring the ownership."""

from django.db import transaction

from accounts.models import User
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.events import publish
from core.models import as_event_value
from core.rights import require
from workspaces.events import MemberRoleChanged, OwnerChanged
from workspaces.models import Membership, Workspace
from workspaces.reassignment import TO_LEAD, Handover
from workspaces.rights import INVITE, REMOVE_MEMBER, WorkspaceRole, require_ownership
from workspaces.services.leaving import check_admins, end_membership
from workspaces.services.workspaces import check_grant


class OwnsTheWorkspace(Conflict):
    message = "The owner stays ADMIN: hand the workspace over first."


class NotInWorkspace(Invalid):
    message = "This person is not a member of the workspace."


class NeedsOwner(Invalid):
    message = "A workspace is handed to somebody else, never to nobody."


class NotAdmin(Invalid):
    message = "The identity provider says who is ADMIN here, and only an ADMIN can be the owner."


@transaction.atomic
def change_member_role(
    *, actor: Actor, membership: Membership, role: str, version: int | None = None
) -> Membership:
    """Give a member another role; refused if the old or the new one exceeds the actor's own."""
    workspace, membership = _locked(membership)
    require(INVITE, workspace, actor)
    membership.check_version(version)
    if membership.role != role:
        check_grant(actor, workspace, membership.role, role)
        check_replaceable(workspace, membership)
        _set_role(membership, role, actor=actor)
    return membership


@transaction.atomic
def remove_member(
    *,
    actor: Actor,
    membership: Membership,
    handover: Handover = TO_LEAD,
    version: int | None = None,
) -> None:
    """Remove a member, or leave; receivers of `MemberRemoved` end the project memberships.

    A named successor must belong to the workspace; receivers check the same for the projects.
    """
    workspace, membership = _locked(membership)
    require(REMOVE_MEMBER, membership, actor)
    membership.check_version(version)
    if membership.user_id != actor.person_id:
        check_grant(actor, workspace, membership.role)
    check_replaceable(workspace, membership)
    _check_successor(workspace, membership.user, handover)
    end_membership(workspace, membership.user, actor=actor, handover=handover)


@transaction.atomic
def transfer_ownership(*, actor: Actor, workspace: Workspace, person: User) -> Workspace:
    """Make another member the owner at once: for staff only; owners use `offer_ownership`."""
    # Locked before the workspace, so that nobody who is being deleted becomes the owner.
    locked_candidate(person)
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    require_ownership(workspace, actor)
    return make_owner(workspace, membership_of_candidate(workspace, person), actor=actor)


def locked_candidate(person: User) -> User:
    """Lock the future owner; to be called before the workspace is locked."""
    candidate: User | None = User.objects.active().filter(pk=person.pk).locked_first()
    if candidate is None:
        raise NotInWorkspace(errors={"user_id": [NotInWorkspace.message]})
    return candidate


def membership_of_candidate(workspace: Workspace, person: User) -> Membership:
    """The membership of the future owner; Invalid unless they may own the locked workspace."""
    place: Membership | None = Membership.objects.filter(workspace=workspace, user=person).first()
    if place is None:
        raise NotInWorkspace(errors={"user_id": [NotInWorkspace.message]})
    if workspace.external_org_id and place.role != WorkspaceRole.ADMIN:
        raise NotAdmin(errors={"user_id": [NotAdmin.message]})
    return place


def make_owner(workspace: Workspace, place: Membership, *, actor: Actor) -> Workspace:
    """Give the locked workspace to a member, who becomes ADMIN; the former owner stays one."""
    before, successor = workspace.owner, place.user
    if before == successor:
        return workspace
    if place.role != WorkspaceRole.ADMIN:
        _set_role(place, WorkspaceRole.ADMIN, actor=actor)
    workspace.owner = successor
    workspace.save_changes("owner")
    changes = {"owner": {"old": as_event_value(before), "new": as_event_value(successor)}}
    publish(OwnerChanged(actor=actor, workspace=workspace, before=before, changes=changes))
    return workspace


def _locked(membership: Membership) -> tuple[Workspace, Membership]:
    workspace = Workspace.objects.locked(membership.workspace_id, alive=True)
    return workspace, Membership.objects.locked(membership.pk)


def check_replaceable(workspace: Workspace, membership: Membership) -> None:
    """Refuse if the membership is that of the owner or of the last ADMIN."""
    if workspace.owner_id == membership.user_id:
        raise OwnsTheWorkspace
    check_admins([workspace], membership.user)


def _check_successor(workspace: Workspace, person: User, handover: Handover) -> None:
    successor = handover.person
    if successor is None:
        return
    place = Membership.objects.filter(workspace=workspace, user=successor, user__is_active=True)
    if successor == person or not place.exists():
        raise NotInWorkspace(errors={"reassign_to": [NotInWorkspace.message]})


def _set_role(membership: Membership, role: str, *, actor: Actor) -> None:
    changes = membership.change(role=role)
    membership.save_changes("role")
    publish(MemberRoleChanged(actor=actor, membership=membership, changes=changes))
