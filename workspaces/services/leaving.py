"""How somebody leaves a workspace, or every one they belong to."""

import secrets

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core.actor import Actor
from core.errors import Conflict
from core.events import Changes, publish
from core.models import as_event_value
from workspaces.events import (
    MemberRemoved,
    MemberRoleChanged,
    OwnerChanged,
    WorkspaceDeleted,
)
from workspaces.models import Membership, Workspace
from workspaces.reassignment import TO_LEAD, Handover
from workspaces.rights import WorkspaceRole


class OwnsWorkspaces(Conflict):
    """Names them in `workspaces`."""

    message = "The person owns workspaces other people belong to. Hand them over first."


class LastAdmin(Conflict):
    """Names the workspaces in `workspaces`."""

    message = "Nobody else is ADMIN of workspaces other people belong to. Name another one first."


@transaction.atomic
def end_memberships(
    *,
    actor: Actor,
    person: User,
    is_final: bool = False,
    handover: Handover = TO_LEAD,
) -> None:
    """Leave all workspaces; one where nobody else is goes too. The caller holds the person.

    Refused while others depend on them; if it `is_final`, they are succeeded instead.
    """
    theirs = Membership.objects.filter(user=person).values("workspace")
    workspaces = list(
        Workspace.objects.filter(Q(pk__in=theirs) | Q(owner=person))
        .select_for_update(no_key=True, of=("self",))
        .order_by("pk")
    )
    alive = [workspace for workspace in workspaces if workspace.deleted_at is None]
    shared = _shared(alive, person)
    if not is_final:
        _check_owner(shared, person)
        check_admins(shared, person)
    for workspace in workspaces:
        if workspace in alive and workspace not in shared:
            _delete(workspace, actor=actor)
        end_membership(workspace, person, actor=actor, handover=handover)


def end_membership(
    workspace: Workspace, person: User, *, actor: Actor, handover: Handover = TO_LEAD
) -> None:
    """End a membership, if there is one; who depends on it was asked, or is succeeded now."""
    membership = Membership.objects.filter(workspace=workspace, user=person)
    is_member = membership.exists()
    if is_member:
        changes: Changes = {"member": {"old": as_event_value(person), "new": None}}
        publish(
            MemberRemoved(
                actor=actor,
                workspace=workspace,
                person=person,
                handover=handover,
                changes=changes,
            )
        )
        membership.delete()
    if is_member or workspace.owner_id == person.pk:
        _succeed(workspace, person, actor=actor)


def _succeed(workspace: Workspace, person: User, *, actor: Actor) -> None:
    """Let the ADMIN, else the member, who is here longest take what only the person held.

    Nobody is asked: there is nobody left who could offer it again. Where an identity provider
    says who is ADMIN, no member is made one; without an ADMIN there is no owner then.
    """
    rest = Membership.objects.filter(workspace=workspace).order_by("created_at", "pk")
    successor = rest.filter(role=WorkspaceRole.ADMIN).first()
    if workspace.external_org_id:
        _pass_ownership(workspace, person, successor, actor=actor)
        return
    successor = successor or rest.first()
    if successor is None:
        return
    if changes := successor.change(role=WorkspaceRole.ADMIN.value):
        successor.save_changes("role")
        publish(MemberRoleChanged(actor=actor, membership=successor, changes=changes))
    _pass_ownership(workspace, person, successor, actor=actor)


def _pass_ownership(
    workspace: Workspace, person: User, successor: Membership | None, *, actor: Actor
) -> None:
    if workspace.owner_id != person.pk:
        return
    workspace.owner = successor.user if successor else None
    workspace.save_changes("owner")
    told: Changes = {
        "owner": {"old": as_event_value(person), "new": as_event_value(workspace.owner)}
    }
    publish(OwnerChanged(actor=actor, workspace=workspace, before=person, changes=told))


def _shared(workspaces: list[Workspace], person: User) -> list[Workspace]:
    """Those other people belong to."""
    others = Membership.objects.filter(workspace__in=workspaces).exclude(user=person)
    shared = set(others.values_list("workspace_id", flat=True))
    return [workspace for workspace in workspaces if workspace.pk in shared]


def _check_owner(workspaces: list[Workspace], person: User) -> None:
    if owned := [workspace for workspace in workspaces if workspace.owner_id == person.pk]:
        raise OwnsWorkspaces(workspaces=_named(owned))


def check_admins(workspaces: list[Workspace], person: User) -> None:
    """Refuse to lose the last ADMIN; one who cannot sign in is none. The caller holds them."""
    admins = Membership.objects.filter(workspace__in=workspaces, role=WorkspaceRole.ADMIN)
    theirs = set(admins.filter(user=person).values_list("workspace_id", flat=True))
    others = admins.filter(user__is_active=True).exclude(user=person)
    safe = set(others.values_list("workspace_id", flat=True))
    if lost := [workspace for workspace in workspaces if workspace.pk in theirs - safe]:
        raise LastAdmin(workspaces=_named(lost))


def _named(workspaces: list[Workspace]) -> list[dict[str, str]]:
    return [{"id": workspace.public_id, "name": workspace.name} for workspace in workspaces]


def _delete(workspace: Workspace, *, actor: Actor) -> None:
    workspace.deleted_at = timezone.now()
    if workspace.settings.get("personal"):  # it is called after its person
        workspace.name, workspace.slug = "Deleted workspace", f"deleted-{secrets.token_hex(8)}"
    workspace.save_changes("deleted_at", "name", "slug")
    publish(WorkspaceDeleted(actor=actor, workspace=workspace))
