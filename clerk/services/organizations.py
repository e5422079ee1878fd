"""Workspaces of Clerk's organisations and their members; outdated messages change nothing."""

import time

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from clerk.models import ExternalRecord
from clerk.services.people import CLERK, Organization
from core.context import as_system, show_also
from core.events import Changes, publish
from core.models import as_event_value
from workspaces.events import (
    MemberAdded,
    MemberRoleChanged,
    OwnerChanged,
    WorkspaceCreated,
    WorkspaceDeleted,
    WorkspaceUpdated,
)
from workspaces.models import Membership, Workspace
from workspaces.rights import WorkspaceRole
from workspaces.services.leaving import end_membership
from workspaces.services.opt_out_records import has_declined
from workspaces.services.workspaces import insert_workspace

ADMIN = "admin"


@transaction.atomic(savepoint=False)
def add_organization_member(
    *, person: User, organization: Organization, role: str, at: int, is_news: bool
) -> None:
    """Give the person the membership Clerk reports; after a removal only if it `is_news`."""
    held = Membership.objects.filter(
        workspace__external_org_id=organization.id, workspace__deleted_at=None, user=person
    ).first()
    if not held or held.role != _role(role, held.role):
        _add_or_change(person, organization, role, at=at, is_news=is_news)


@as_system("a place in a workspace the person may not see yet")
def _add_or_change(
    person: User, organization: Organization, role: str, *, at: int, is_news: bool
) -> None:
    # Locked, because the account may be being joined with another one at this moment.
    if User.objects.alive().filter(pk=person.pk).locked_first() is None:
        return
    workspace = _workspace_of(organization)
    if workspace is None:
        return
    record = _membership_record(organization.id, str(person.external_id))
    if not (record.returns(at) if is_news else record.learns(at)):
        return
    membership = Membership.objects.filter(workspace=workspace, user=person).first()
    if membership is None:
        if has_declined(workspace, person.pk):
            return
        membership = Membership.objects.create(
            workspace=workspace,
            user=person,
            role=_role(role, WorkspaceRole.MEMBER.value),
            opened_at=None if is_news else timezone.now(),
        )
        show_also(workspace.pk)
        publish(MemberAdded(actor=CLERK, membership=membership))
        return
    membership = Membership.objects.locked(membership.pk)
    if changes := membership.change(role=_role(role, membership.role)):
        membership.save_changes("role")
        publish(MemberRoleChanged(actor=CLERK, membership=membership, changes=changes))


@transaction.atomic
def remove_organization_member(
    *, person: User | None, person_id: str, organization: Organization, at: int
) -> None:
    """End a membership; tokens issued before `at` do not restore it."""
    if not _membership_record(organization.id, person_id).ends(at) or person is None:
        return
    workspace = Workspace.objects.filter(external_org_id=organization.id).first()
    if workspace is not None:
        end_membership(Workspace.objects.locked(workspace.pk), person, actor=CLERK)


@transaction.atomic
def follow_organization(*, organization: Organization, founder: User | None, at: int) -> None:
    """Create or rename the workspace; the founder becomes the owner, even by a late message."""
    is_news = ExternalRecord.objects.claimed(organization.id).learns(at)
    workspace = _workspace_of(organization)
    if workspace is None:
        return
    # Locked before the workspace, as when a member is removed.
    is_here = (
        founder and not _membership_record(organization.id, str(founder.external_id)).is_deleted
    )
    workspace = Workspace.objects.locked(workspace.pk)
    if founder and is_here and workspace.owner_id is None:
        _set_owner(workspace, founder)
    if is_news:
        _rename(workspace, organization)


def _set_owner(workspace: Workspace, founder: User) -> None:
    workspace.owner = founder
    workspace.save_changes("owner")
    changes: Changes = {"owner": {"old": None, "new": as_event_value(founder)}}
    publish(OwnerChanged(actor=CLERK, workspace=workspace, before=None, changes=changes))


def _rename(workspace: Workspace, organization: Organization) -> None:
    wanted = {"name": organization.name, "image_url": organization.image_url}
    changes = workspace.change(**{field: text for field, text in wanted.items() if text})
    if changes:
        workspace.save_changes(*changes)
        publish(WorkspaceUpdated(actor=CLERK, workspace=workspace, changes=changes))


@transaction.atomic
def close_organization(*, organization: Organization, at: int) -> None:
    """Delete the workspace for good: no token and no later message creates it again."""
    ExternalRecord.objects.claimed(organization.id).ends(at)
    alive = Workspace.objects.alive().filter(external_org_id=organization.id).first()
    if alive is None:
        return
    workspace = Workspace.objects.locked(alive.pk)
    workspace.deleted_at = timezone.now()
    workspace.save_changes("deleted_at")
    publish(WorkspaceDeleted(actor=CLERK, workspace=workspace))


def keep_removed(*, workspace: Workspace, person: User) -> None:
    """After a removal here, tokens do not restore the membership; new messages of Clerk do."""
    if workspace.external_org_id and person.external_id:
        _membership_record(workspace.external_org_id, person.external_id).ends(
            time.time_ns() // 1_000_000
        )


def _membership_record(organization_id: str, person_id: str) -> ExternalRecord:
    return ExternalRecord.objects.claimed(f"{organization_id}/{person_id}")


def _role(wanted: str, held: str) -> str:
    """The provider decides who is ADMIN; all others keep the role they have here."""
    if wanted == ADMIN:
        return WorkspaceRole.ADMIN.value
    return WorkspaceRole.MEMBER.value if held == WorkspaceRole.ADMIN else held


def _workspace_of(organization: Organization) -> Workspace | None:
    """The workspace, created without an owner if there is none; None if it was deleted."""
    if ExternalRecord.objects.claimed(organization.id).is_deleted:
        return None
    known = Workspace.objects.filter(external_org_id=organization.id).first()
    if known is not None:
        return known if known.deleted_at is None else None
    workspace = insert_workspace(
        Workspace(
            name=organization.name or organization.id,
            image_url=organization.image_url,
            external_org_id=organization.id,
        )
    )
    publish(WorkspaceCreated(actor=CLERK, workspace=workspace))
    return workspace
