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


def token_of(invitation: Invitation) -> str:
    """The secret in the latest mail, as its reader finds it."""
    mails = Delivery.objects.filter(payload__invitation=str(invitation.pk))
    token = unseal(PURPOSE, mails.latest("created_at").payload["sealed"])
    assert token
    return token


def prove(person: User) -> None:
    """They have shown to receive mail at their address."""
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
