"""What becomes of the people of a workspace: other roles, another owner, good-bye."""

from django.db import transaction

from accounts.models import User
from core.errors import Conflict, Invalid
from core.events import publish
from core.models import as_told
from core.rights import require
from workspaces.events import MemberRoleChanged, OwnerChanged
from workspaces.models import Membership, Workspace
from workspaces.reassignment import TO_LEAD, Handover
from workspaces.rights import INVITE, REMOVE_MEMBER, WorkspaceRole, require_ownership
from workspaces.services.leaving import check_admins, let_go
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
    *, actor: User, membership: Membership, role: str, version: int | None = None
) -> Membership:
    """Give a member another role; nobody gives or takes one that may do more than their own."""
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
    actor: User,
    membership: Membership,
    handover: Handover = TO_LEAD,
    version: int | None = None,
) -> None:
    """Let somebody go, or leave oneself; whoever listens ends what hangs on the place.

    Who takes over by name is a member; whether of the projects as well, the upper apps ask.
    """
    workspace, membership = _locked(membership)
    require(REMOVE_MEMBER, membership, actor)
    membership.check_version(version)
    if membership.user_id != actor.pk:
        check_grant(actor, workspace, membership.role)
    check_replaceable(workspace, membership)
    _check_successor(workspace, membership.user, handover)
    let_go(workspace, membership.user, actor=actor, handover=handover)


@transaction.atomic
def transfer_ownership(*, actor: User, workspace: Workspace, person: User) -> Workspace:
    """Hand the workspace to another member at once: what staff may; owners offer it instead."""
    # Held before the workspace, so that nobody takes over who is being deleted.
    held_candidate(person)
    workspace = Workspace.objects.alive().locked(workspace.pk)
    require_ownership(workspace, actor)
    return make_owner(workspace, place_of_candidate(workspace, person), actor=actor)


def held_candidate(person: User) -> User:
    """Whoever is to own a workspace under lock, taken before that of the workspace."""
    candidate: User | None = User.objects.active().filter(pk=person.pk).held()
    if candidate is None:
        raise NotInWorkspace(errors={"user_id": [NotInWorkspace.message]})
    return candidate


def place_of_candidate(workspace: Workspace, person: User) -> Membership:
    """The membership of somebody who may own the locked workspace."""
    place: Membership | None = Membership.objects.filter(workspace=workspace, user=person).first()
    if place is None:
        raise NotInWorkspace(errors={"user_id": [NotInWorkspace.message]})
    if workspace.external_org_id and place.role != WorkspaceRole.ADMIN:
        raise NotAdmin(errors={"user_id": [NotAdmin.message]})
    return place


def make_owner(workspace: Workspace, place: Membership, *, actor: User | None) -> Workspace:
    """Give the locked workspace to a member, who becomes ADMIN; the former owner stays one."""
    before, successor = workspace.owner, place.user
    if before == successor:
        return workspace
    if place.role != WorkspaceRole.ADMIN:
        _set_role(place, WorkspaceRole.ADMIN, actor=actor)
    workspace.owner = successor
    workspace.save_changes("owner")
    changes = {"owner": {"old": as_told(before), "new": as_told(successor)}}
    publish(OwnerChanged(actor=actor, workspace=workspace, before=before, changes=changes))
    return workspace


def _locked(membership: Membership) -> tuple[Workspace, Membership]:
    workspace = Workspace.objects.alive().locked(membership.workspace_id)
    return workspace, Membership.objects.locked(membership.pk)


def check_replaceable(workspace: Workspace, membership: Membership) -> None:
    """Refuse to take the owner's place, or the last ADMIN's."""
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


def _set_role(membership: Membership, role: str, *, actor: User | None) -> None:
    changes = membership.change(role=role)
    membership.save_changes("role")
    publish(MemberRoleChanged(actor=actor, membership=membership, changes=changes))
