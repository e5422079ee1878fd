"""Authentication by Clerk's session tokens; tried first, it ignores all other tokens."""

from clerk.services.tokens import authenticate_person, is_clerks, read_session
from core.actor import Actor, Credential
from identity.api.authentication import BearerAuthentication
from identity.services.tokens import InvalidToken


class ClerkAuthentication(BearerAuthentication):
    def identify(self, token: str) -> Actor | None:
        if not is_clerks(token):
            return None
        claims = read_session(token)
        opened = authenticate_person(claims)
        if opened is None:
            raise InvalidToken
        credential = Credential(
            "clerk", impersonator=claims.impersonator, proved_at=claims.proved_at
        )
        return Actor(user=opened.person, credential=credential, unopened=opened.unopened)
