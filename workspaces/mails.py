"""The mail that brings an invitation."""

from dataclasses import replace
from typing import Any

from django.template.loader import render_to_string

from accounts.mails import MASK
from accounts.sealing import unseal
from outbox.channels import Mail, Skip, carries
from outbox.models import Delivery
from workspaces.invitations.links import PURPOSE, digest, link_with
from workspaces.invitations.pace import KIND
from workspaces.models import Invitation, InvitationStatus


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
    context = {"invitation": invitation, "workspace": invitation.workspace, **facts}
    subject, text, html = (
        render_to_string(f"workspaces/email/invitation.{part}", context)
        for part in ("subject.txt", "txt", "html")
    )
    return Mail(to=invitation.email, subject=subject, text=f"{text.strip()}\n", html=html)
