"""What becomes of the people of a workspace: other roles, another owner, good-bye."""

from django.db import transaction

from accounts.models import User
from core.errors import Conflict, Invalid
from core.events import publish
from core.models import as_told
from workspaces.departures import check_admins, let_go
from workspaces.events import MemberRoleChanged, OwnerChanged
from workspaces.handover import TO_LEAD, Handover
from workspaces.models import Membership, Workspace
from workspaces.rights import WorkspaceRole, require, require_ownership
from workspaces.services import check_grant


class OwnsTheWorkspace(Conflict):
    message = "The owner stays ADMIN: hand the workspace over first."


class NotInWorkspace(Invalid):
    message = "This person is not a member of the workspace."


@transaction.atomic
def change_member_role(
    *, actor: User, membership: Membership, role: str, version: int | None = None
) -> Membership:
    """Give a member another role; nobody gives or takes one that may do more than their own."""
    workspace, membership = _locked(membership)
    require("workspace:invite", workspace, actor)
    membership.check_version(version)
    if membership.role != role:
        check_grant(actor, workspace, membership.role, role)
        _check_replaceable(workspace, membership)
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
    require("workspace:remove_member", membership, actor)
    membership.check_version(version)
    if membership.user_id != actor.pk:
        check_grant(actor, workspace, membership.role)
    _check_replaceable(workspace, membership)
    _check_heir(workspace, membership.user, handover)
    let_go(workspace, membership.user, actor=actor, handover=handover)


@transaction.atomic
def transfer_ownership(*, actor: User, workspace: Workspace, person: User) -> Workspace:
    """Hand the workspace to another member, who becomes ADMIN; the former owner stays one."""
    # Held before the workspace, so that nobody takes over who is being deleted.
    heir = User.objects.active().filter(pk=person.pk).held()
    workspace = Workspace.objects.alive().locked(workspace.pk)
    require_ownership(workspace, actor)
    place = Membership.objects.filter(workspace=workspace, user=person).first()
    if heir is None or place is None:
        raise NotInWorkspace(errors={"user_id": [NotInWorkspace.message]})
    before = workspace.owner
    if before == heir:
        return workspace
    if place.role != WorkspaceRole.ADMIN:
        _set_role(place, WorkspaceRole.ADMIN, actor=actor)
    workspace.owner = heir
    workspace.save_changes("owner")
    changes = {"owner": {"old": as_told(before), "new": as_told(heir)}}
    publish(OwnerChanged(actor=actor, workspace=workspace, before=before, changes=changes))
    return workspace


def _locked(membership: Membership) -> tuple[Workspace, Membership]:
    workspace = Workspace.objects.alive().locked(membership.workspace_id)
    return workspace, Membership.objects.locked(membership.pk)


def _check_replaceable(workspace: Workspace, membership: Membership) -> None:
    """Refuse to take the owner's place, or the last ADMIN's."""
    if workspace.owner_id == membership.user_id:
        raise OwnsTheWorkspace
    check_admins([workspace], membership.user)


def _check_heir(workspace: Workspace, person: User, handover: Handover) -> None:
    heir = handover.person
    if heir is None:
        return
    place = Membership.objects.filter(workspace=workspace, user=heir, user__is_active=True)
    if heir == person or not place.exists():
        raise NotInWorkspace(errors={"reassign_to": [NotInWorkspace.message]})


def _set_role(membership: Membership, role: str, *, actor: User) -> None:
    changes = membership.change(role=role)
    membership.save_changes("role")
    publish(MemberRoleChanged(actor=actor, membership=membership, changes=changes))
