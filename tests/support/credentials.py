"""Whose a token is, asked as the server asks."""

from accounts.models import User
from clerk.api.authentication import ClerkAuthentication
from identity.api.authentication import BearerAuthentication
from identity.credentials import Credential

KINDS = (ClerkAuthentication(), BearerAuthentication())


def identify(token: str) -> tuple[User, Credential]:
    """The person and the credential; `InvalidToken` for any other token."""
    found = next(filter(None, (kind.identify(token) for kind in KINDS)), None)
    assert found is not None
    return found
