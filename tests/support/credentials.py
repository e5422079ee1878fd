"""Whose a token is, asked as the server asks."""

from accounts.models import User
from clerk.api.authentication import ClerkAuthentication
from core.actor import Credential
from identity.api.authentication import BearerAuthentication

KINDS = (ClerkAuthentication(), BearerAuthentication())


def identify(token: str) -> tuple[User, Credential]:
    """The person and the credential; `InvalidToken` for any other token."""
    actor = next(filter(None, (kind.identify(token) for kind in KINDS)), None)
    assert actor is not None
    return actor.person, actor.credential
