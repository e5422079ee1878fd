"""Creating and changing workspaces, and adding members."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.people import stranger_at
from core.actor import Actor
from core.context import as_system, show_also
from core.errors import Conflict, Forbidden, NotFound
from core.events import publish
from core.rights import require
from workspaces.events import MemberAdded, WorkspaceCreated, WorkspaceUpdated
from workspaces.models import Membership, Workspace, role_in_workspace
from workspaces.rights import INVITE, UPDATE_WORKSPACE, WorkspaceRole, may_grant
from workspaces.services.opt_out_records import has_declined
from workspaces.services.settings import role_of_new_member
from workspaces.services.slugs import RESERVED, slug_of


class UnknownPerson(NotFound):
    message = "Nobody with this e-mail address has an account."


class AlreadyMember(Conflict):
    message = "This person is already a member of the workspace."


class Declined(Conflict):
    message = "This person does not want to be added to this workspace."


class RoleOutOfReach(Forbidden):
    message = "You can neither give nor take a role that may do more than yours."


class SlugTaken(Conflict):
    message = "Another workspace has this address."

    def __init__(self) -> None:
        super().__init__(errors={"slug": [self.message]})


class CredentialBound(Forbidden):
    message = "This token is bound to workspaces that exist already."


@transaction.atomic
def create_workspace(*, actor: Actor, name: str, slug: str = "", image_url: str = "") -> Workspace:
    """A new workspace; the actor becomes its owner and ADMIN."""
    if actor.is_bound:
        raise CredentialBound
    User.objects.active().locked(actor.person_id)
    workspace = Workspace(name=name, slug=slug, image_url=image_url, owner=actor.person)
    workspace = _insert_as_asked(workspace) if slug else insert_workspace(workspace)
    Membership.objects.create(
        workspace=workspace, user=actor.person, role=WorkspaceRole.ADMIN, opened_at=timezone.now()
    )
    publish(WorkspaceCreated(actor=actor, workspace=workspace))
    return workspace


@as_system("one's own workspace, made by another request meanwhile")
def personal_workspace(*, actor: Actor) -> Workspace:
    """The actor's personal workspace, created on first use; concurrent requests get the same."""
    User.objects.locked(actor.person_id)
    owned = Workspace.objects.visible_to(actor).filter(owner=actor.person, settings__personal=True)
    workspace: Workspace = owned.first() or _create_personal_workspace(actor)
    show_also(workspace.pk)
    return workspace


@transaction.atomic
def update_workspace(
    *, actor: Actor, workspace: Workspace, changes: dict[str, Any], version: int | None = None
) -> Workspace:
    """Change the fields given; the same values again change nothing."""
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    require(UPDATE_WORKSPACE, workspace, actor)
    workspace.check_version(version)
    if changed := workspace.change(**changes):
        with _refusing_a_taken_slug():
            workspace.save_changes(*changed)
        publish(WorkspaceUpdated(actor=actor, workspace=workspace, changes=changed))
    return workspace


@transaction.atomic
def add_member(
    *, actor: Actor, workspace: Workspace, email: str, role: str = "", message: str = ""
) -> Membership:
    """Make somebody who has an account a member at once, without an invitation."""
    # Locked before the workspace, so that nobody who is being deleted becomes a member.
    User.objects.by_address(email).locked_first()
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    require(INVITE, workspace, actor)
    role = role or role_of_new_member(workspace)
    check_grant(actor, workspace, role)
    person = person_with_address(email)
    if role_in_workspace.first(actor=person, workspace=workspace.pk):
        raise AlreadyMember(errors={"email": [AlreadyMember.message]})
    if has_declined(workspace, person.pk, stranger_at(email.strip().lower())):
        raise Declined(errors={"email": [Declined.message]})
    membership = Membership.objects.create(
        workspace=workspace, user=person, role=role, message=message, invited_by=actor.person
    )
    publish(MemberAdded(actor=actor, membership=membership))
    return membership


def person_with_address(email: str) -> User:
    """The person with this address, in any case; UnknownPerson if there is none."""
    person: User | None = User.objects.by_address(email).first()
    if person is None:
        raise UnknownPerson(errors={"email": [UnknownPerson.message]})
    return person


def insert_workspace(workspace: Workspace) -> Workspace:
    """Insert with the slug of the name; a taken or reserved one gets a random suffix."""
    show_also(workspace.pk)
    slug = slug_of(workspace.name)
    is_taken = Workspace.objects.filter(slug__iexact=slug).exists()
    for candidate in [slug] * (not is_taken and slug not in RESERVED) + [None] * 3:
        workspace.slug = candidate or f"{slug}-{secrets.token_hex(3)}"
        try:
            with transaction.atomic():
                workspace.save(force_insert=True)
        except IntegrityError:
            continue
        return workspace
    raise Conflict


def check_grant(actor: Actor, workspace: Workspace, *roles: str) -> None:
    """Refuse roles with more rights than the actor's. The caller has locked the workspace."""
    if actor.is_trusted:
        return
    held = role_in_workspace.first(actor=actor, workspace=workspace.pk) or ""
    for role in roles:
        if not held or not may_grant(WorkspaceRole(held), WorkspaceRole(role)):
            raise RoleOutOfReach(required=f"workspace:{role}", you_have=[f"workspace:{held}"])


def _insert_as_asked(workspace: Workspace) -> Workspace:
    show_also(workspace.pk)
    with _refusing_a_taken_slug():
        workspace.save(force_insert=True)
    return workspace


@contextmanager
def _refusing_a_taken_slug() -> Iterator[None]:
    """SlugTaken for an IntegrityError; the savepoint keeps the transaction usable after it."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as clash:
        raise SlugTaken from clash


def _create_personal_workspace(actor: Actor) -> Workspace:
    workspace = create_workspace(
        actor=actor, name=f"{actor.person.get_short_name() or 'My'} workspace"
    )
    workspace.settings = {"personal": True}
    workspace.save(update_fields=["settings"])
    return workspace
