"""Who is asking: one Bearer header, several kinds of token.

Named in the settings of REST framework, so it must not import its views.
"""

from django.contrib.auth import SESSION_KEY
from django.db import connection
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from core.api.fields import as_uuid
from core.context import show_workspaces_of
from identity.credentials import Credential
from identity.services.personal_secrets import PREFIX
from identity.services.personal_tokens import open_token
from identity.services.sessions import open_session
from identity.services.tokens import InvalidToken, read


class BearerAuthentication(BaseAuthentication):
    """A broken token is refused; it never falls back to the cookie."""

    def authenticate(self, request: Request) -> tuple[User, Credential] | None:
        scheme, _, token = get_authorization_header(request).strip().partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        try:
            # What is not ASCII is no token of ours; decoding it this way cannot fail.
            found = self.identify(token.strip().decode("latin-1"))
        except InvalidToken as flaw:
            raise AuthenticationFailed(str(flaw), code=flaw.code) from flaw
        if found is None:
            return None
        person, credential = found
        credential.check(request)
        if credential.kind == "personal_token":  # for others, what found them has seen to this
            _open_for(person)
        return person, credential

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def identify(self, token: str) -> tuple[User, Credential] | None:
        """Whose token it is and what it proves; None leaves it to the next class.

        Each kind has its own verifier, which pins algorithm, key and issuer: a wrong choice can
        only refuse.
        """
        return _verify_personal(token) if token.startswith(PREFIX) else _verify_own(token)


class CookieAuthentication(SessionAuthentication):
    """The pages for developers, who see there what they see with a token; staff see no more."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Two queries: one reads the session, one opens it as a token's would be."""
        session = request.session
        person_id = as_uuid(session.get(SESSION_KEY, ""))
        person = open_session(str(session.session_key), person_id) if person_id else None
        if person is None:
            return None
        self.enforce_csrf(request)
        return person, None


def _verify_own(token: str) -> tuple[User, Credential]:
    claims = read(token, "access")
    person = open_session(claims.session_key, claims.person_id)
    if person is None:
        raise InvalidToken
    return person, Credential("session", claims.session_key)


def _verify_personal(text: str) -> tuple[User, Credential]:
    token = open_token(text)
    if token is None:
        raise InvalidToken
    person: User = token.user
    if token.workspace_ids is not None:
        person.bound_to = frozenset(token.workspace_ids)
    scopes = frozenset(token.scopes)
    principal = f"{person.pk}/{token.digest[:16]}"
    return person, Credential("personal_token", scopes=scopes, principal=principal)


def _open_for(person: User) -> None:
    """Set the tenant context; outside a transaction there is nothing to set it for."""
    if connection.in_atomic_block:
        show_workspaces_of(person)
