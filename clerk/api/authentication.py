"""Requests with a session token of Clerk's; listed before our own kinds, which it leaves alone."""

from accounts.models import User
from clerk.services.sessions import authenticate_person
from clerk.services.tokens import is_clerks, read_session
from identity.api.authentication import BearerAuthentication
from identity.credentials import Credential
from identity.services.tokens import InvalidToken


class ClerkAuthentication(BearerAuthentication):
    def identify(self, token: str) -> tuple[User, Credential] | None:
        if not is_clerks(token):
            return None
        claims = read_session(token)
        person = authenticate_person(claims)
        if person is None:
            raise InvalidToken
        return person, Credential(
            "clerk", impersonator=claims.impersonator, proved_at=claims.proved_at
        )
