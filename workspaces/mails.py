"""Composers of the mails for invitations and for offers of ownership."""

from functools import partial

from django.conf import settings

from accounts.models import User
from core.sealing import unseal
from outbox.mail import EMAIL
from outbox.mail.drafts import MASK, MailDraft
from outbox.mail.headers import of_list
from outbox.mail.letters import Letter
from outbox.mail.text import plain, plain_lines
from outbox.models import Delivery
from outbox.registry import Skip, composes, reviews
from workspaces import letters
from workspaces.models import Invitation, InvitationStatus, Workspace
from workspaces.services.invitation_links import PURPOSE, digest, link_with
from workspaces.services.mail_allowance import keep_within_allowance
from workspaces.services.ownership import MAIL, is_offered_to
from workspaces.services.quota import KIND

reviews(channel=EMAIL)(keep_within_allowance)


@composes(KIND, channel=EMAIL)
def invitation_mail(delivery: Delivery) -> MailDraft | Skip:
    rows = Invitation.objects.with_state().select_related("workspace", "invited_by")
    invitation = rows.filter(pk=delivery.payload["invitation"]).first()
    if invitation is None or invitation.workspace.deleted_at is not None:
        return Skip("the workspace was deleted")
    if invitation.state != InvitationStatus.PENDING:
        return Skip(f"the invitation is {invitation.state.lower()}")
    token = unseal(PURPOSE, delivery.payload["sealed"])
    if token is None:
        return Skip("sealed with a former SECRET_KEY")
    if digest(token) != invitation.token_hash:
        return Skip("another link was sent since")
    return _about_invitation(invitation, token)


@composes(MAIL, channel=EMAIL)
def ownership_mail(delivery: Delivery) -> MailDraft | Skip:
    rows = Workspace.objects.alive().select_related("offered_to", "offered_by")
    workspace = rows.filter(pk=delivery.payload["workspace"]).first()
    if workspace is None:
        return Skip("the workspace was deleted")
    candidate = User.objects.active().filter(pk=delivery.recipient_id).first()
    if candidate is None or not is_offered_to(workspace, candidate):
        return Skip("the offer has ended")
    link = settings.WORKSPACE_URL_TEMPLATE.format(
        frontend=settings.FRONTEND_URL, workspace=workspace.public_id
    )
    giver = workspace.offered_by
    letter = letters.ownership_offered(
        workspace=plain(workspace.name),
        offered_by=plain(giver.name) if giver else "",
        expires_at=workspace.offer_expires_at,
        link=link,
    )
    return _draft(candidate.email, workspace, letter)


def _about_invitation(invitation: Invitation, token: str) -> MailDraft:
    sender = invitation.invited_by
    written = partial(
        letters.invitation,
        workspace=plain(invitation.workspace.name),
        sender=plain(sender.name) if sender else "",
        role=invitation.role,
        message=plain_lines(invitation.message),
        email=plain(invitation.email),
        expires_at=invitation.expires_at,
    )
    letter, kept = written(link=link_with(token)), written(link=link_with(MASK))
    return _draft(invitation.email, invitation.workspace, letter, kept)


def _draft(to: str, workspace: Workspace, letter: Letter, kept: Letter | None = None) -> MailDraft:
    headers = of_list(str(workspace.pk))
    return MailDraft(to=to, letter=letter, kept=kept, sender=workspace.name, headers=headers)
