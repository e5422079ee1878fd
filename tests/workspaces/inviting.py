"""What the tests of invitations share."""

from typing import Any

from allauth.account.models import EmailAddress

from accounts.models import User
from core.sealing import unseal
from outbox.models import Delivery
from tests.support.actors import by
from tests.support.cast import Cast
from workspaces.models import Invitation
from workspaces.services.invitation_links import PURPOSE
from workspaces.services.invitations import invite_person


def invite(cast: Cast, email: str = "sam@example.com", **more: Any) -> Invitation:
    """Ada asks somebody in."""
    return invite_person(actor=by(cast.ada), workspace=cast.workspace, email=email, **more)


def mail_before(invitation: Invitation, count: int) -> None:
    """So many mails like the one of this invitation, sent in the same hour."""
    mail = Delivery.objects.get(payload__invitation=str(invitation.pk))
    kept = ("workspace_id", "channel", "kind", "recipient_id", "payload")
    facts = {name: getattr(mail, name) for name in kept}
    Delivery.objects.bulk_create(
        Delivery(**facts, dedupe_key=f"{mail.dedupe_key} {n}") for n in range(count)
    )


def token_of(invitation: Invitation) -> str:
    """The secret in the latest mail, as its reader finds it."""
    mails = Delivery.objects.filter(payload__invitation=str(invitation.pk))
    token = unseal(PURPOSE, mails.latest("created_at").payload["sealed"])
    assert token
    return token


def prove(person: User) -> None:
    """They have shown to receive mail at their address."""
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
