"""What comes after a password: proving an address, and proving oneself once more."""

from http import HTTPStatus

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from rest_framework.exceptions import ValidationError

from accounts.models import User
from core.errors import Conflict, TooManyRequests
from core.limits import neighbourhood, take
from identity.allauth_bridge.flows import (
    Entered,
    InvalidSessionToken,
    MfaRequired,
    Pending,
    Prepared,
    Reply,
    ask,
    refusal_of,
)
from identity.allauth_bridge.internals import (
    EMAIL_VERIFICATION_CODE_SESSION_KEY,
    Client,
    ResendEmailVerificationCodeView,
    VerifyEmailView,
    lookup_session,
)
from identity.limits import CODE_MAILS, CODE_PAUSE, CODES, CODES_FROM
from identity.services.sessions import unseal

BEARER = ("HTTP_AUTHORIZATION",)


class NothingToVerify(Conflict):
    message = "There is no code to be entered: sign in again to receive one."


class CodeSpent(Conflict):
    message = "Too many wrong codes: sign in again to receive another one."


def verify_address(request: HttpRequest, *, code: str) -> Entered | None:
    """Prove an address; the code completes a sign-in, the key of a link does not."""
    take(CODES_FROM, neighbourhood(request))
    if session_key := _session_key(request):
        _count_code(session_key)
    elif settings.EMAIL_VERIFICATION == "mandatory":
        raise InvalidSessionToken
    reply = _in_one_transaction(request, code)
    match reply.outcome():
        case Entered() as entered:
            return entered
        case Pending(stage="mfa_authenticate", session_token=token):
            raise MfaRequired(session_token=token)
    if reply.status == HTTPStatus.GONE:
        raise InvalidSessionToken
    if reply.status == HTTPStatus.CONFLICT:
        raise NothingToVerify
    if reply.errors:
        raise ValidationError({"code": [error["message"] for error in reply.errors]})
    return None


def resend_code(request: HttpRequest) -> None:
    """Send the pending sign-in another code."""
    session_key = _session_key(request)
    if session_key is None:
        raise InvalidSessionToken
    if address := _awaited_address(session_key):
        take(CODE_PAUSE, address)
    take(CODE_MAILS, session_key)
    with transaction.atomic():
        reply = ask(_resend, request, {}, without=BEARER)
    if reply.status == HTTPStatus.GONE:
        raise InvalidSessionToken
    if reply.status == HTTPStatus.CONFLICT:
        raise NothingToVerify
    if reply.status != HTTPStatus.OK:
        raise refusal_of(reply)


def send_link(request: HttpRequest, *, person: User) -> None:
    """Send a person who is in already a link that proves their address."""
    values = {"primary": True, "verified": False}
    address, _ = EmailAddress.objects.get_or_create(
        user=person, email=person.email, defaults=values
    )
    if address.verified:
        raise NothingToVerify("This address is verified.")
    take(CODE_PAUSE, person.email)
    with transaction.atomic():
        address.send_confirmation(request)


@transaction.atomic
def _in_one_transaction(request: HttpRequest, code: str) -> Reply:
    return ask(_verify, request, {"key": code}, without=BEARER)


def _session_key(request: HttpRequest) -> str | None:
    """The session the code belongs to; None without a session token."""
    if token := request.headers.get("X-Session-Token"):
        session_key = unseal(token)
        if session_key is None:
            raise InvalidSessionToken
        return session_key
    return None


def _awaited_address(session_key: str) -> str | None:
    """The address whose code the pending sign-in waits for; it may be nobody's."""
    session = lookup_session(session_key)
    awaited = session.get(EMAIL_VERIFICATION_CODE_SESSION_KEY) if session else None
    return awaited["email"] if awaited else None


def _count_code(session_key: str) -> None:
    """The engine counts in the session, which parallel requests would all read first."""
    try:
        take(CODES, session_key)
    except TooManyRequests as refusal:
        raise CodeSpent from refusal


class _Verify(Prepared, VerifyEmailView):
    pass


class _Resend(Prepared, ResendEmailVerificationCodeView):
    pass


_verify = _Verify.as_api_view(client=Client.APP)
_resend = _Resend.as_api_view(client=Client.APP)
