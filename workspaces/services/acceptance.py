"""Accepting an invitation: once, with its address, and while its sender may still invite."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.services.people import stranger_at
from core.actor import Actor
from core.errors import Conflict, Forbidden, NotFound
from core.events import publish
from core.rights import Standing
from identity.services.access import addresses_of, proved_addresses
from workspaces.events import InvitationAccepted, MemberAdded
from workspaces.models import Invitation, InvitationStatus, Membership, Workspace, role_in_workspace
from workspaces.rights import INVITE, WorkspaceRole, may_grant
from workspaces.services.invitation_links import digest
from workspaces.services.invitations import check_undecided
from workspaces.services.opt_out_records import lift_opt_out
from workspaces.services.workspaces import AlreadyMember, CredentialBound


class InvitationExpired(Conflict):
    message = "This invitation has expired; ask for another one."


class InvitationVoid(Conflict):
    message = "Whoever sent this invitation may not invite any more; ask for another one."


class WrongAddress(Forbidden):
    message = "This invitation was sent to another address."


class AddressNotProved(Forbidden):
    message = "Verify your email address first."


def invitation_behind(token: str) -> Invitation:
    """The invitation of a link's token; raises why it can no longer be accepted."""
    found = Invitation.objects.filter(token_hash=digest(token), workspace__deleted_at=None)
    invitation: Invitation | None = found.first()
    if invitation is None:
        raise NotFound
    _check_open(invitation)
    return invitation


@transaction.atomic
def accept_invitation(*, actor: Actor, token: str) -> Membership:
    """Accept by the token of a link; the actor must also have the invited address."""
    known = Invitation.objects.filter(token_hash=digest(token)).first()
    if known is None:
        raise NotFound
    return _accept(known, actor, addresses_of(actor.person))


@transaction.atomic
def accept_own_invitation(*, actor: Actor, invitation: Invitation) -> Membership:
    """Accept without the link; the actor must have verified the invited address."""
    return _accept(invitation, actor, proved_addresses(actor.person))


def is_backed(invitation: Invitation) -> bool:
    """Whether its sender could still send it now: active, and with a role that may grant it."""
    sender = invitation.invited_by
    if sender is None or not sender.is_active or sender.is_superuser:
        return bool(sender and sender.is_active)
    held = WorkspaceRole.held(
        role_in_workspace.first(actor=sender, workspace=invitation.workspace_id)
    )
    if held is None or not Standing(workspace_role=held).covers(INVITE):
        return False
    return may_grant(held, WorkspaceRole(invitation.role))


def _accept(known: Invitation, actor: Actor, addresses: set[str]) -> Membership:
    if actor.is_bound:
        raise CredentialBound
    # The usual order of locks: the person, the workspace, the rows in it.
    User.objects.active().locked(actor.person_id)
    workspace = Workspace.objects.locked(known.workspace_id, alive=True)
    invitation = Invitation.objects.locked(known.pk)
    if invitation.token_hash != known.token_hash:  # a new link was sent meanwhile
        raise NotFound
    _check_address(invitation, actor, addresses)
    _check_open(invitation)
    if not is_backed(invitation):
        raise InvitationVoid
    if role_in_workspace.first(actor=actor.person, workspace=workspace.pk):
        raise AlreadyMember
    return _create_membership(invitation, actor)


def _check_address(invitation: Invitation, actor: Actor, addresses: set[str]) -> None:
    if invitation.email in addresses:
        return
    if invitation.email == actor.person.email.lower():
        raise AddressNotProved(required="verified_address", you_have=["registered_address"])
    raise WrongAddress(required="invited_address", you_have=["another_address"])


def _check_open(invitation: Invitation) -> None:
    check_undecided(invitation)
    if invitation.expires_at <= timezone.now():
        raise InvitationExpired


def _create_membership(invitation: Invitation, actor: Actor) -> Membership:
    invitation.status, invitation.accepted_by = InvitationStatus.ACCEPTED, actor.person
    invitation.save_changes("status", "accepted_by")
    membership = Membership.objects.create(
        workspace_id=invitation.workspace_id,
        user=actor.person,
        role=invitation.role,
        message=invitation.message,
        invited_by=invitation.invited_by,
        opened_at=timezone.now(),
    )
    lift_opt_out(
        actor=actor,
        workspace=membership.workspace,
        recipient_ids={actor.person.pk, stranger_at(invitation.email)},
    )
    publish(InvitationAccepted(actor=actor, invitation=invitation))
    publish(MemberAdded(actor=actor, membership=membership))
    return membership
