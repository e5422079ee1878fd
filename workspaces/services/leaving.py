"""Ending a person's membership of one workspace, or of all."""

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
    """`workspaces` lists them by id and name."""

    message = "The person owns workspaces other people belong to. Hand them over first."


class LastAdmin(Conflict):
    """`workspaces` lists them by id and name."""

    message = "Nobody else is ADMIN of workspaces other people belong to. Name another one first."


@transaction.atomic
def end_memberships(
    *,
    actor: Actor,
    person: User,
    is_final: bool = False,
    handover: Handover = TO_LEAD,
) -> None:
    """End all memberships, and delete workspaces nobody else belongs to.

    Refused where the person owns a shared workspace or is its last ADMIN; if it `is_final`, a
    successor is appointed instead. The caller has locked the person.
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
    """End a membership, if there is one, and appoint a successor as owner and ADMIN if needed.

    The caller has checked whether that may happen.
    """
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
        _appoint_successor(workspace, person, actor=actor)


def _appoint_successor(workspace: Workspace, person: User, *, actor: Actor) -> None:
    """Make the longest-standing ADMIN, or else member, ADMIN, and owner if the person was.

    They are not asked, because nobody would be left to offer the ownership to somebody else.
    Where an identity provider decides who is ADMIN, no member is made ADMIN; without an ADMIN
    there is no owner then.
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
    changes: Changes = {
        "owner": {"old": as_event_value(person), "new": as_event_value(workspace.owner)}
    }
    publish(OwnerChanged(actor=actor, workspace=workspace, before=person, changes=changes))


def _shared(workspaces: list[Workspace], person: User) -> list[Workspace]:
    """Those to which other people belong as well."""
    others = Membership.objects.filter(workspace__in=workspaces).exclude(user=person)
    shared = set(others.values_list("workspace_id", flat=True))
    return [workspace for workspace in workspaces if workspace.pk in shared]


def _check_owner(workspaces: list[Workspace], person: User) -> None:
    if owned := [workspace for workspace in workspaces if workspace.owner_id == person.pk]:
        raise OwnsWorkspaces(workspaces=_ids_and_names(owned))


def check_admins(workspaces: list[Workspace], person: User) -> None:
    """LastAdmin if the person is the only active ADMIN of one. The caller has locked them."""
    admins = Membership.objects.filter(workspace__in=workspaces, role=WorkspaceRole.ADMIN)
    theirs = set(admins.filter(user=person).values_list("workspace_id", flat=True))
    others = admins.filter(user__is_active=True).exclude(user=person)
    safe = set(others.values_list("workspace_id", flat=True))
    if lost := [workspace for workspace in workspaces if workspace.pk in theirs - safe]:
        raise LastAdmin(workspaces=_ids_and_names(lost))


def _ids_and_names(workspaces: list[Workspace]) -> list[dict[str, str]]:
    return [{"id": workspace.public_id, "name": workspace.name} for workspace in workspaces]


def _delete(workspace: Workspace, *, actor: Actor) -> None:
    workspace.deleted_at = timezone.now()
    if workspace.settings.get("personal"):  # its name contains the person's name
        workspace.name, workspace.slug = "Deleted workspace", f"deleted-{secrets.token_hex(8)}"
    workspace.save_changes("deleted_at", "name", "slug")
    publish(WorkspaceDeleted(actor=actor, workspace=workspace))
