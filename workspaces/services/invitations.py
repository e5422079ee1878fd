"""Sending, resending and revoking invitations."""

import secrets

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.services.people import recipient_of
from core.actor import Actor
from core.errors import Conflict
from core.events import publish
from core.models import as_event_value
from core.rights import require
from core.sealing import seal
from outbox.mail import EMAIL
from outbox.services import enqueue
from workspaces import events
from workspaces.models import Invitation, InvitationStatus, Membership, Workspace
from workspaces.rights import INVITE
from workspaces.services.invitation_links import PURPOSE, digest
from workspaces.services.quota import KIND, check_rate, count_invitation
from workspaces.services.settings import role_of_new_member
from workspaces.services.workspaces import AlreadyMember, check_grant


class AlreadyInvited(Conflict):
    message = "This address has been invited already; send that invitation again."


class AcceptedAlready(Conflict, code="invitation_accepted"):
    message = "This invitation has been accepted already."


class RevokedAlready(Conflict, code="invitation_revoked"):
    message = "This invitation has been revoked."


@transaction.atomic
def invite_person(
    *, actor: Actor, workspace: Workspace, email: str, role: str = "", message: str = ""
) -> Invitation:
    """Invite an address by mail, whether or not it belongs to an account."""
    role = role or role_of_new_member(workspace)
    workspace = _locked_to_invite(workspace, actor, role)
    invitation = Invitation(
        workspace=workspace, email=email.strip().lower(), role=role, message=message
    )
    _check_free(invitation)
    _send(invitation, actor=actor)
    changes = {"role": {"old": None, "new": as_event_value(role)}}
    publish(events.PersonInvited(actor=actor, invitation=invitation, changes=changes))
    return invitation


@transaction.atomic
def resend_invitation(*, actor: Actor, invitation: Invitation) -> Invitation:
    """Send a new link, which makes the one before void; the actor becomes the sender."""
    workspace = _locked_to_invite(invitation.workspace, actor, invitation.role)
    invitation = Invitation.objects.locked(invitation.pk)
    invitation.workspace = workspace
    check_undecided(invitation)
    _check_free(invitation)
    invitation.version += 1
    _send(invitation, actor=actor)
    publish(events.InvitationResent(actor=actor, invitation=invitation))
    return invitation


@transaction.atomic
def revoke_invitation(*, actor: Actor, invitation: Invitation, version: int | None = None) -> None:
    """Revoke an invitation that is not accepted; doing it twice changes nothing."""
    workspace = Workspace.objects.locked(invitation.workspace_id, alive=True)
    require(INVITE, workspace, actor)
    invitation = Invitation.objects.locked(invitation.pk)
    invitation.check_version(version)
    if invitation.status == InvitationStatus.ACCEPTED:
        raise AcceptedAlready
    if invitation.status != InvitationStatus.REVOKED:
        revoke(invitation, actor=actor)


def check_undecided(invitation: Invitation) -> None:
    if invitation.status == InvitationStatus.ACCEPTED:
        raise AcceptedAlready
    if invitation.status == InvitationStatus.REVOKED:
        raise RevokedAlready


def revoke(invitation: Invitation, *, actor: Actor) -> None:
    """Revoke a pending invitation. The caller has locked the workspace."""
    invitation.status = InvitationStatus.REVOKED
    invitation.save_changes("status")
    publish(events.InvitationRevoked(actor=actor, invitation=invitation))


def _locked_to_invite(workspace: Workspace, actor: Actor, role: str) -> Workspace:
    """Lock the workspace; refuse unless the actor may invite to this role and within the rate."""
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    require(INVITE, workspace, actor)
    check_grant(actor, workspace, role)
    check_rate(workspace)
    return workspace


def _check_free(invitation: Invitation) -> None:
    """Refuse an address that a member or another open invitation already has."""
    place = Membership.objects.filter(workspace=invitation.workspace, user__email=invitation.email)
    if place.exists():
        raise AlreadyMember(errors={"email": [AlreadyMember.message]})
    others = Invitation.objects.filter(
        workspace=invitation.workspace, email=invitation.email, status=InvitationStatus.PENDING
    ).exclude(pk=invitation.pk)
    others.filter(expires_at__lte=timezone.now()).update(status=InvitationStatus.EXPIRED)
    if others.exists():
        raise AlreadyInvited(errors={"email": [AlreadyInvited.message]})


def _send(invitation: Invitation, *, actor: Actor) -> None:
    """Save with a new token and enqueue the mail; until it is composed, the token is sealed."""
    count_invitation(actor)
    token = secrets.token_urlsafe(32)
    invitation.token_hash = digest(token)
    invitation.status = InvitationStatus.PENDING
    invitation.invited_by = actor.person
    invitation.sent_at = timezone.now()
    invitation.expires_at = invitation.sent_at + settings.INVITATION_LIFETIME
    invitation.save()
    enqueue(
        channel=EMAIL,
        kind=KIND,
        recipient_id=recipient_of(invitation.email),
        dedupe_key=f"invitation:{invitation.pk}:{invitation.version}",
        payload={
            "invitation": str(invitation.pk),
            "actor": str(actor.person_id),
            "sealed": seal(PURPOSE, token),
        },
        workspace_id=invitation.workspace_id,
    )
