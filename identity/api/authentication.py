"""Authentication by Bearer token or session cookie, and who gets the pages for developers.

Named in the settings of REST framework, so it must not import its views.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, cast

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import connection
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.renderers import BaseRenderer, BrowsableAPIRenderer
from rest_framework.request import Request

from accounts.models import User
from core.actor import Actor, Credential
from core.api.negotiation import JsonFirst, accepts_plain_json
from core.context import show_workspaces_of
from core.models import as_uuid
from identity.credentials import check_credential
from identity.services.personal_tokens import PREFIX, credential_of, open_token
from identity.services.sessions import open_session
from identity.services.staff import has_proved_second_factor
from identity.services.tokens import InvalidToken, read


class BearerAuthentication(BaseAuthentication):
    """Authenticates by Bearer token; an invalid one is refused, the cookie is not tried then."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if scheme.lower() != "bearer":
            return None
        try:
            actor = self.identify(token.strip())
        except InvalidToken as flaw:
            raise AuthenticationFailed(str(flaw), code=flaw.code) from flaw
        if actor is None:
            return None
        check_credential(actor.credential, request)
        if actor.credential.kind == "personal_token":  # the queries of other kinds did this
            actor = _opened(actor)
        return actor.person, actor

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"

    def identify(self, token: str) -> Actor | None:
        """The actor of the token; None leaves it to the next authentication class.

        Each kind of token has its own verifier with a fixed algorithm, key and issuer, so that
        the wrong verifier only refuses.
        """
        return _verify_personal(token) if token.startswith(PREFIX) else _verify_own(token)


class CookieAuthentication(SessionAuthentication):
    """Authenticates the pages for developers; staff see no more there than with a token."""

    def authenticate(self, request: Request) -> tuple[User, Actor] | None:
        """Two queries: one for the session, one for the person and tenant context."""
        session = request.session
        person_id = as_uuid(session.get(SESSION_KEY, ""))
        key = str(session.session_key)
        opened = open_session(key, person_id) if person_id else None
        if opened is None:
            return None
        self.enforce_csrf(request)
        credential = Credential("cookie", key)
        return opened.person, Actor(
            user=opened.person, credential=credential, unopened=opened.unopened
        )


def _verify_own(token: str) -> Actor:
    claims = read(token, "access")
    opened = open_session(claims.session_key, claims.person_id)
    if opened is None:
        raise InvalidToken
    credential = Credential("session", claims.session_key)
    return Actor(user=opened.person, credential=credential, unopened=opened.unopened)


def _verify_personal(text: str) -> Actor:
    token = open_token(text)
    if token is None:
        raise InvalidToken
    return Actor(user=token.user, credential=credential_of(token))


def _opened(actor: Actor) -> Actor:
    """The actor with the tenant context set, which only lasts for a transaction."""
    if not connection.in_atomic_block:
        return actor
    unopened = show_workspaces_of(actor.person_id, actor.credential.workspaces)
    return replace(actor, unopened=unopened)


class PagesForDevelopers(JsonFirst):
    """HTML pages for those who may browse them; JSON for others, whatever they accept."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        offered = list(renderers)
        plain = [each for each in offered if not isinstance(each, BrowsableAPIRenderer)]
        if plain == offered or accepts_plain_json(request) or _may_browse(request):
            return super().select_renderer(request, offered, format_suffix)
        return plain[0], plain[0].media_type


def _may_browse(request: Request) -> bool:
    if not settings.BROWSABLE_API_FOR_STAFF_ONLY:
        return True
    # With an access token the caller is a program, not a browser that is signed in.
    if not isinstance(request.successful_authenticator, CookieAuthentication):
        return False
    return bool(request.user.is_staff) and has_proved_second_factor(cast("Any", request))
