"""Steps of allauth's flows, taken with the session the caller's token stands for."""

from collections.abc import Callable
from typing import TypeVar

from allauth.headless import app_settings
from django.core.exceptions import ValidationError as FormInvalid
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import ValidationError

from accounts.models import User
from core.errors import Conflict, Invalid, Unauthenticated
from identity.allauth_bridge.flows import (
    EmailVerificationRequired,
    Entered,
    InvalidSessionToken,
    MfaRequired,
    another_session,
)
from identity.allauth_bridge.internals import (
    APIView,
    Client,
    ImmediateHttpResponse,
    get_pending_stage,
)
from identity.allauth_bridge.internals import ReauthenticationRequired as StepUp
from identity.credentials import ReauthenticationRequired
from identity.services.recovery import IncorrectPassword

T = TypeVar("T")


class IncorrectCode(Invalid):
    message = "This is not, or no longer, the right code."


class UnverifiedEmail(Conflict):
    message = "Verify your email address first."


REFUSALS = {
    "incorrect_code": IncorrectCode,
    "incorrect_password": IncorrectPassword,
    "unverified_email": UnverifiedEmail,
}


def as_person(request: HttpRequest, step: Callable[[HttpRequest], T]) -> T:
    """Take the step with the session of the Bearer token."""
    _drop(request, "HTTP_X_SESSION_TOKEN")
    return _take(request, step)


def as_newcomer(request: HttpRequest, step: Callable[[HttpRequest], T]) -> T:
    """Take the step with the session of the X-Session-Token, whoever else one may be."""
    _drop(request, "HTTP_AUTHORIZATION")
    if not request.headers.get("X-Session-Token"):
        raise InvalidSessionToken
    return _take(request, step)


def as_stranger(request: HttpRequest, step: Callable[[HttpRequest], T]) -> T:
    """Take the step with a session of its own."""
    _drop(request, "HTTP_AUTHORIZATION", "HTTP_X_SESSION_TOKEN")
    return _take(request, step)


def person_of(request: HttpRequest) -> User:
    """Who the session belongs to, or Unauthenticated."""
    if not request.user.is_authenticated:
        raise Unauthenticated
    return request.user


def fill_in(form: Form) -> None:
    """Raise what the form has to object to."""
    if not form.is_valid():
        for field, flaws in form.errors.as_data().items():
            raise _refusal(field, flaws[0])


def refuse(flaw: FormInvalid) -> Exception:
    """Allauth's objection in the product's words."""
    return _refusal("non_field_errors", flaw)


def enter(request: HttpRequest) -> Entered:
    """The person a finished sign-in has let in, with tokens; or what is still missing."""
    if request.user.is_authenticated:
        pair = app_settings.TOKEN_STRATEGY.create_access_token_payload(request)
        return Entered(person_of(request), pair)
    raise what_is_missing(request) or InvalidSessionToken


def what_is_missing(request: HttpRequest) -> Unauthenticated | None:
    """The step a begun sign-in waits for, with the session token to take it."""
    create_token = app_settings.TOKEN_STRATEGY.create_session_token
    match getattr(get_pending_stage(request), "key", None):
        case "verify_email":
            return EmailVerificationRequired(session_token=create_token(request))
        case "mfa_authenticate":
            return MfaRequired(session_token=create_token(request))
    return None


def _drop(request: HttpRequest, *credentials: str) -> None:
    for credential in credentials:
        request.META.pop(credential, None)
    # Django keeps what somebody has read before.
    vars(request).pop("headers", None)


def _take(request: HttpRequest, step: Callable[[HttpRequest], T]) -> T:
    taken: list[T] = []
    try:
        with another_session(request):
            _door(request, step=lambda inner: taken.append(step(inner)))
    except ImmediateHttpResponse as closed:
        raise InvalidSessionToken from closed
    return taken[0]


def _refusal(field: str, flaw: FormInvalid) -> Exception:
    if known := REFUSALS.get(str(flaw.code)):
        return known(errors=None if field == "non_field_errors" else {field: flaw.messages})
    return ValidationError({field: flaw.messages})


class _Door(APIView):
    def handle(self, request: HttpRequest, step: Callable[[HttpRequest], object]) -> HttpResponse:
        try:
            step(request)
        except StepUp as demand:
            raise ReauthenticationRequired from demand
        return HttpResponse()


_door = _Door.as_api_view(client=Client.APP)
