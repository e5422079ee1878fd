"""The mails that bring an invitation, and the offer to own a workspace."""

from dataclasses import replace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from accounts.models import User
from core.sealing import unseal
from identity.services.mails import MASK
from outbox.mail.text import plain, plain_lines
from outbox.models import Delivery
from outbox.registry import Mail, Skip, carries, reviewed_by
from workspaces.models import Invitation, InvitationStatus, Workspace
from workspaces.services.invitation_links import PURPOSE, digest, link_with
from workspaces.services.mail_allowance import keep_within_allowance
from workspaces.services.ownership import MAIL, is_offered_to
from workspaces.services.quota import KIND

reviewed_by(keep_within_allowance)


@carries(KIND)
def invitation_mail(delivery: Delivery) -> Mail | Skip:
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
    letter = _written(invitation, link=link_with(token))
    return replace(letter, kept=_written(invitation, link=link_with(MASK)).text)


@carries(MAIL)
def ownership_mail(delivery: Delivery) -> Mail | Skip:
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
    context = {
        "workspace": plain(workspace.name),
        "offered_by": plain(giver.name) if giver else "",
        "expires_at": workspace.offer_expires_at,
        "link": link,
    }
    return _rendered("ownership_offered", candidate.email, context)


def _written(invitation: Invitation, **facts: Any) -> Mail:
    sender = invitation.invited_by
    context = {
        "workspace": plain(invitation.workspace.name),
        "sender": plain(sender.name) if sender else "",
        "role": invitation.role,
        "message": plain_lines(invitation.message),
        "email": plain(invitation.email),
        "expires_at": invitation.expires_at,
        **facts,
    }
    return _rendered("invitation", invitation.email, context)


def _rendered(name: str, address: str, context: dict[str, Any]) -> Mail:
    subject, text, html = (
        render_to_string(f"workspaces/email/{name}.{part}", context)
        for part in ("subject.txt", "txt", "html")
    )
    return Mail(to=address, subject=subject, text=f"{text.strip()}\n", html=html)
