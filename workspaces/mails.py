"""The mail that brings an invitation."""

from dataclasses import replace
from typing import Any

from django.template.loader import render_to_string

from accounts.mails import MASK
from accounts.sealing import unseal
from outbox.channels import Mail, Skip, carries, reviewed_by
from outbox.models import Delivery
from outbox.plain import plain, plain_lines
from workspaces.invitations.links import PURPOSE, digest, link_with
from workspaces.invitations.pace import KIND
from workspaces.models import Invitation, InvitationStatus
from workspaces.opt_outs.allowance import keep_within_allowance

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
    subject, text, html = (
        render_to_string(f"workspaces/email/invitation.{part}", context)
        for part in ("subject.txt", "txt", "html")
    )
    return Mail(to=invitation.email, subject=subject, text=f"{text.strip()}\n", html=html)
