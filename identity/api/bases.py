"""Base classes of the views of sign-in, and the answers they share."""

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.documents import ME
from accounts.models import User
from core.actor import Actor, Credential
from core.api.actors import actor_of
from core.api.dry_runs import check_dry_run
from core.api.failures import FAILURE
from core.api.permissions import Anyone, IsSignedIn
from core.api.transactions import OneTransaction
from core.limits import client_network
from identity.allauth_bridge.sessions import InvalidSessionToken, in_session
from identity.api import cookies
from identity.api.authentication import BearerAuthentication
from identity.credentials import ReauthenticationRequired
from identity.services.recovery import prove_password
from identity.services.session_store import is_recent, last_proof_at
from identity.services.sessions import unseal
from identity.services.sign_in import Entered

F = TypeVar("F", bound=Callable[..., Any])
P = ParamSpec("P")
T = TypeVar("T")
TRANSPORT = OpenApiParameter(
    cookies.HEADER,
    str,
    OpenApiParameter.HEADER,
    enum=["cookie"],
    description="Keeps the refresh token in a cookie no script can read, and out of bodies.",
)
SESSION_TOKEN = OpenApiParameter(
    "X-Session-Token",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="From the answer that asked for this step.",
)


def refused(why: str) -> OpenApiResponse:
    """A refusal in the API document, with a description beside its status."""
    return OpenApiResponse(FAILURE.ref, why)


WRONG = refused("Not, or no longer, a valid credential")
FOREIGN = refused("A cookie was asked for by a page that is not ours")
TOO_OFTEN = refused("Too many attempts; see Retry-After")
UNFINISHED = {401: WRONG, 429: TOO_OFTEN}
SIGNED_IN = {
    401: refused("Not signed in"),
    403: refused("A token that may not change how one signs in, or `reauthentication_required`"),
}
REFUSED = {**SIGNED_IN, 409: refused("State conflict"), 429: TOO_OFTEN}


def operation(
    name: str,
    answers: dict[int, Any],
    *,
    body: Any = None,
    parameters: Sequence[Any] = (),
    has_pair: bool = False,
    is_second_step: bool = False,
) -> Callable[[F], F]:
    """Describe an operation in the API document, beside its docstring.

    With `has_pair` it answers with a pair of tokens, of which the refresh token may go into a
    cookie. A second step also does, and needs the session token of the first one.
    """
    if is_second_step:
        answers, parameters = {**UNFINISHED, **answers}, [SESSION_TOKEN]
    if has_pair or is_second_step:
        answers, parameters = {403: FOREIGN, **answers}, [*parameters, TRANSPORT]
    described: Callable[[F], F] = extend_schema(
        operation_id=f"auth_{name}",
        request=body,
        responses=answers,
        parameters=list(parameters),
    )
    return described


BEGIN_AGAIN = "Begin again with a new key."


class CookieScheme(SessionScheme):
    target_class = "identity.api.authentication.CookieAuthentication"


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "identity.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class WithSession(BasePermission):
    """Signed in with an access token of a session.

    Not with a personal token, a provider's token or the cookie.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        return isinstance(request.auth, Actor) and request.auth.credential.kind == "session"


class AuthView(APIView):
    """A view for everybody, which ignores credentials."""

    authentication_classes = []
    permission_classes = [Anyone]

    http_request: HttpRequest
    """Django's request, as allauth needs it."""
    by_cookie = False

    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Request:
        self.http_request = request
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_dry_run(request, is_known=False)
        self.by_cookie = cookies.are_asked_for(request)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        if self.by_cookie:
            cookies.keep_refresh_token(response)
        return super().finalize_response(request, response, *args, **kwargs)

    def pending_session_key(self) -> str | None:
        """The session of a pending sign-in; None without a session token."""
        token = self.request.headers.get("X-Session-Token")
        if not token:
            return None
        session_key = unseal(token)
        if session_key is None:
            raise InvalidSessionToken
        return session_key

    def in_pending_session(
        self, step: Callable[Concatenate[HttpRequest, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        session_key = self.pending_session_key()
        if session_key is None:
            raise InvalidSessionToken
        with in_session(self.http_request, session_key) as inner:
            return step(inner, *args, **named)


class PersonView(OneTransaction, AuthView):
    """A view for people with a token, in one transaction.

    AuthView has none: a pending sign-in must be kept, and a session whose refresh token was used
    twice must stay ended, although the answer is a refusal.
    """

    authentication_classes = [
        kind for kind in APIView.authentication_classes if issubclass(kind, BearerAuthentication)
    ]


class SessionView(PersonView):
    """A view for people who are signed in with an access token of a session."""

    permission_classes = [IsSignedIn, WithSession]

    def in_own_session(
        self, step: Callable[Concatenate[HttpRequest, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        with in_session(self.http_request, own(self.request)[1].session_key) as inner:
            return step(inner, *args, **named)


def own(request: Request) -> tuple[User, Credential]:
    """The person and their credential, in views with the permission `WithSession`."""
    actor = actor_of(request)
    return actor.person, actor.credential


def as_shown(entered: Entered) -> dict[str, Any]:
    return {"user": ME.to_representation(entered.person), **entered.pair}


def confirm(request: Request, password: str | None) -> None:
    """Require the current password or a recent sign-in; wrong passwords are counted.

    For what a stolen token alone must not be able to do.
    """
    actor = actor_of(request)
    if password is not None:
        origin = client_network(request)
        prove_password(person=actor.person, password=password, field="password", origin=origin)
    elif not _has_just_signed_in(actor.credential):
        raise ReauthenticationRequired


def _has_just_signed_in(credential: Credential) -> bool:
    if not credential.session_key:
        return is_recent(credential.proved_at or 0)
    return is_recent(last_proof_at(SessionStore(credential.session_key)))
