"""Everything that changes a workspace or who belongs to it."""

import secrets
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.models import User
from core.context import as_system, show_also
from core.errors import Conflict, Forbidden, NotFound
from core.events import publish
from workspaces.events import MemberAdded, WorkspaceCreated, WorkspaceUpdated
from workspaces.models import Membership, Workspace
from workspaces.rights import WorkspaceRole, may_grant

SLUG_LENGTH = 100
RESERVED_SLUGS = ("admin", "api", "new", "settings", "workspace", "workspaces")


class UnknownPerson(NotFound):
    message = "Nobody with this e-mail address has an account."


class AlreadyMember(Conflict):
    message = "This person is already a member of the workspace."


class RoleOutOfReach(Forbidden):
    message = "You cannot give a role that may do more than yours."


class CredentialBound(Forbidden):
    message = "This token is bound to workspaces that exist already."


@transaction.atomic
def create_workspace(*, actor: User, name: str, image_url: str = "") -> Workspace:
    """A new tenant; its creator owns it and becomes its ADMIN."""
    if actor.bound_to is not None:
        raise CredentialBound
    User.objects.active().locked(actor.pk)
    workspace = insert_workspace(Workspace(name=name, image_url=image_url, owner=actor))
    Membership.objects.create(workspace=workspace, user=actor, role=WorkspaceRole.ADMIN)
    publish(WorkspaceCreated(actor=actor, workspace=workspace))
    return workspace


@as_system("one's own workspace, made by another request meanwhile")
def personal_workspace(*, actor: User) -> Workspace:
    """The workspace for somebody's own things, made on demand; two requests find the same one."""
    User.objects.locked(actor.pk)
    owned = Workspace.objects.visible_to(actor).filter(owner=actor, settings__personal=True)
    workspace: Workspace = owned.first() or _create_personal_workspace(actor)
    show_also(workspace.pk)
    return workspace


@transaction.atomic
def update_workspace(
    *, actor: User, workspace: Workspace, changes: dict[str, Any], version: int | None = None
) -> Workspace:
    """Change the fields given; the same values again change nothing."""
    workspace = Workspace.objects.alive().locked(workspace.pk)
    workspace.check_version(version)
    if changed := workspace.change(**changes):
        workspace.save_changes(*changed)
        publish(WorkspaceUpdated(actor=actor, workspace=workspace, changes=changed))
    return workspace


@transaction.atomic
def add_member(
    *, actor: User, workspace: Workspace, email: str, role: str, message: str = ""
) -> Membership:
    """Give somebody who has an account a place in the workspace, at once."""
    # Held before the workspace, so that nobody enters who is being deleted.
    User.objects.by_address(email).held()
    workspace = Workspace.objects.alive().locked(workspace.pk)
    _check_grant(actor, workspace, role)
    person = person_with_address(email)
    if Membership.objects.role_of(person, workspace.pk):
        raise AlreadyMember(errors={"email": [AlreadyMember.message]})
    membership = Membership.objects.create(
        workspace=workspace, user=person, role=role, message=message, invited_by=actor
    )
    publish(MemberAdded(actor=actor, membership=membership))
    return membership


def person_with_address(email: str) -> User:
    """Somebody who has an account, however the address is capitalised."""
    person: User | None = User.objects.by_address(email).first()
    if person is None:
        raise UnknownPerson(errors={"email": [UnknownPerson.message]})
    return person


def insert_workspace(workspace: Workspace) -> Workspace:
    """Insert under the slug of the name; a taken one gets a suffix nobody can have yet."""
    show_also(workspace.pk)
    slug = slugify(workspace.name)[:SLUG_LENGTH].strip("-") or "workspace"
    is_taken = Workspace.objects.filter(slug__iexact=slug).exists()
    for candidate in [slug] * (not is_taken and slug not in RESERVED_SLUGS) + [None] * 3:
        workspace.slug = candidate or f"{slug}-{secrets.token_hex(3)}"
        try:
            with transaction.atomic():
                workspace.save(force_insert=True)
        except IntegrityError:
            continue
        return workspace
    raise Conflict


def _check_grant(actor: User, workspace: Workspace, role: str) -> None:
    if actor.is_superuser:  # the admin can do everything
        return
    held = Membership.objects.role_of(actor, workspace.pk)
    if held is None or not may_grant(held, role):
        raise RoleOutOfReach(required=f"workspace:{role}", you_have=[f"workspace:{held}"])


def _create_personal_workspace(actor: User) -> Workspace:
    workspace = create_workspace(actor=actor, name=f"{actor.get_short_name() or 'My'} workspace")
    workspace.settings = {"personal": True}
    workspace.save(update_fields=["settings"])
    return workspace
