"""Sign-up and sign-in by allauth, answered in the product's words."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction
from django.forms import CharField
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ValidationError

from accounts.models import User
from accounts.services.people import AlreadyRegistered
from core.errors import Unauthenticated
from core.limits import give_back, neighbourhood, take
from identity.allauth_bridge.internals import (
    APIView,
    Client,
    ImmediateHttpResponse,
    LoginInput,
    LoginView,
    SignupInput,
    SignupView,
)
from identity.limits import CODE_PAUSE, SIGN_INS_FROM, SIGN_UPS_FROM
from identity.services.tokens import Pair

STRANGER = ("HTTP_AUTHORIZATION", "HTTP_X_SESSION_TOKEN")


class InvalidCredentials(Unauthenticated):
    message = "Email address or password is wrong."


class InvalidSessionToken(Unauthenticated):
    message = "This session token is not valid (any more): sign in again."


class EmailVerificationRequired(Unauthenticated):
    """Carries the `session_token` the code has to be sent with."""

    message = "Verify your email address first: we have sent you a code."


class MfaRequired(Unauthenticated):
    """Carries the `session_token` the second factor has to be sent with."""

    message = "Enter the code of your second factor."


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in."""

    person: User
    pair: Pair


@dataclass(frozen=True, slots=True)
class Pending:
    """Somebody will be in, once the `stage` named by allauth is done."""

    stage: str
    session_token: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What one of allauth's views said."""

    status: int
    data: dict[str, Any] = field(default_factory=dict)
    meta: dict[str, Any] = field(default_factory=dict)
    errors: list[dict[str, str]] = field(default_factory=list)
    person: User | None = None

    def says(self, code: str) -> bool:
        return any(error["code"] == code for error in self.errors)

    def outcome(self) -> Entered | Pending | None:
        if self.person and "access_token" in self.meta:
            pair = Pair(
                access_token=self.meta["access_token"],
                refresh_token=self.meta["refresh_token"],
                expires_in=self.meta["expires_in"],
            )
            return Entered(self.person, pair)
        for flow in self.data.get("flows", ()):
            if flow.get("is_pending"):
                return Pending(flow["id"], self.meta.get("session_token", ""))
        return None


def sign_up(request: HttpRequest, **fields: str) -> Entered | Pending:
    """Register a person and let them in, or have them prove their address first."""
    take(SIGN_UPS_FROM, neighbourhood(request))
    if settings.EMAIL_VERIFICATION == "optional":
        return _sign_up(request, fields)
    take(CODE_PAUSE, fields["email"])
    try:
        return _sign_up(request, fields)
    except ValidationError:
        # Nothing was mailed.
        give_back(CODE_PAUSE, fields["email"])
        raise


def _sign_up(request: HttpRequest, fields: dict[str, str]) -> Entered | Pending:
    try:
        reply = _in_one_transaction(request, fields)
    except AlreadyRegistered:
        if settings.EMAIL_VERIFICATION == "optional":
            raise
        # The loser of a race must not learn more than anybody who registers a known address.
        reply = _in_one_transaction(request, fields)
    if outcome := reply.outcome():
        return outcome
    if reply.says("email_taken"):
        raise AlreadyRegistered
    raise refusal_of(reply)


def sign_in(request: HttpRequest, *, email: str, password: str) -> Entered:
    """Let a person in, or say what is missing."""
    take(SIGN_INS_FROM, neighbourhood(request))
    reply = ask(_log_in, request, {"email": email, "password": password})
    match reply.outcome():
        case Entered() as entered:
            return entered
        case Pending(stage="verify_email", session_token=token):
            raise EmailVerificationRequired(session_token=token)
        case Pending(stage="mfa_authenticate", session_token=token):
            raise MfaRequired(session_token=token)
    if reply.status == HTTPStatus.UNAUTHORIZED or reply.says("email_password_mismatch"):
        raise InvalidCredentials
    raise refusal_of(reply)


@transaction.atomic
def _in_one_transaction(request: HttpRequest, fields: dict[str, str]) -> Reply:
    return ask(_register, request, fields)


def refusal_of(reply: Reply) -> Exception:
    """What to raise for a reply that is neither in nor pending."""
    errors: dict[str, list[str]] = {}
    for error in reply.errors:
        errors.setdefault(error.get("param", "non_field_errors"), []).append(error["message"])
    return ValidationError(errors)


def ask(
    view: Callable[..., HttpResponse],
    request: HttpRequest,
    fields: dict[str, str],
    *,
    without: tuple[str, ...] = STRANGER,
) -> Reply:
    """Hand validated fields to one of allauth's views, by default as a stranger."""
    # Who signs in says who they are; a credential of somebody else would only get in the way.
    for header in without:
        request.META.pop(header, None)
    # Django keeps what somebody, here the CORS middleware, has read before.
    vars(request).pop("headers", None)
    entry = _Entry(fields)
    try:
        with another_session(request):
            response = view(request, entry=entry)
    except ImmediateHttpResponse as early:
        # Left to the middleware, it would be answered outside the envelope.
        response = early.response
    body = json.loads(response.content)
    return Reply(
        response.status_code,
        body.get("data", {}),
        body.get("meta", {}),
        body.get("errors", []),
        entry.person,
    )


@contextmanager
def another_session(request: HttpRequest) -> Iterator[None]:
    """Allauth puts the token's session into the request, and leaves it there if it has ended."""
    own = request.session, request.user
    try:
        yield
    except UpdateError as ended:
        request.session, request.user = own
        raise InvalidSessionToken from ended


@dataclass
class _Entry:
    """What somebody comes with, and who it turns out to be."""

    fields: dict[str, str]
    person: User | None = None


class Prepared(APIView):
    """Takes the fields from us instead of the body, which has been read already."""

    kwargs: dict[str, _Entry]

    def _parse_json(self, request: HttpRequest) -> dict[str, str]:
        return self.kwargs["entry"].fields

    def post(self, request: HttpRequest, entry: _Entry) -> HttpResponse:
        response: HttpResponse = super().post(request)
        if isinstance(request.user, User):
            entry.person = request.user
        return response


class _LoginInput(LoginInput):
    password = CharField(strip=False)


class _SignupInput(SignupInput):
    password = CharField(strip=False)


class _Login(Prepared, LoginView):
    input_class = _LoginInput


class _Signup(Prepared, SignupView):
    input_class = _SignupInput


_log_in = _Login.as_api_view(client=Client.APP)
_register = _Signup.as_api_view(client=Client.APP)
