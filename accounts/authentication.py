"""Who is asking: one Bearer header, several kinds of token.

Named in the settings of REST framework, so it must not import its views.
"""

from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from accounts.sessions import open_session
from accounts.tokens import InvalidToken, read
from core.context import show_workspaces_of


@dataclass(frozen=True, slots=True)
class Credential:
    """What the caller proved themselves with; `request.auth` of a request with a token."""

    kind: Literal["session"]
    session_key: str


class BearerAuthentication(BaseAuthentication):
    """A broken token is refused; it never falls back to the cookie."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        scheme, _, token = get_authorization_header(request).strip().partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            # What is not ASCII is no token of ours; decoding it this way cannot fail.
            return identify(token.strip().decode("latin-1"))
        except InvalidToken as flaw:
            raise AuthenticationFailed(str(flaw), code=flaw.code) from flaw

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class CookieAuthentication(SessionAuthentication):
    """The pages for developers, who see there what they see with a token; staff see no more."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        entered = super().authenticate(request)
        if entered and connection.in_atomic_block:
            show_workspaces_of(entered[0].pk)
        return entered


def identify(token: str) -> tuple[User, Credential]:
    """Ask the verifier this kind of token belongs to; a wrong choice can only refuse.

    Each verifier pins its own algorithm, key and issuer.
    """
    return _verify_own(token)


def _verify_own(token: str) -> tuple[User, Credential]:
    claims = read(token, "access")
    person = open_session(claims.session_key, claims.person_id)
    if person is None:
        raise InvalidToken
    return person, Credential("session", claims.session_key)
