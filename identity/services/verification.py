"""Proving an address: by the code of a pending sign-in, or by a link."""

from contextlib import AbstractContextManager

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from core.errors import Conflict, Refusal, TooManyRequests
from core.limits import take
from identity.allauth_bridge.forms import invalid
from identity.allauth_bridge.internals import VerifyEmailInput, flows, stages
from identity.allauth_bridge.sessions import InvalidSessionToken, in_new_session, in_session
from identity.limits import CODE_MAILS, CODE_PAUSE, CODES
from identity.services.sign_in import Entered, outcome_of


class NothingToVerify(Conflict):
    message = "There is no code to be entered: sign in again to receive one."


class CodeSpent(Conflict):
    message = "Too many wrong codes: sign in again to receive another one."


def verify_address(request: HttpRequest, *, session_key: str | None, code: str) -> Entered | None:
    """Prove an address; the code completes a sign-in, the key of a link does not."""
    if session_key:
        _count_code(session_key)
    elif settings.EMAIL_VERIFICATION == "mandatory":
        raise InvalidSessionToken
    with transaction.atomic(), _session(request, session_key):
        outcome = _verify(request, code)
    # Raised after the commit: a wrong code stays counted, and a proved address proved.
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def resend_code(request: HttpRequest, *, session_key: str) -> None:
    """Send the pending sign-in another code."""
    with transaction.atomic(), in_session(request, session_key):
        # The address may be nobody's.
        if awaited := request.session.get(
            flows.email_verification_by_code.EMAIL_VERIFICATION_CODE_SESSION_KEY
        ):
            take(CODE_PAUSE, awaited["email"])
        take(CODE_MAILS, session_key)
        process = flows.email_verification_by_code.EmailVerificationProcess.resume(request)
        if not process or not process.can_resend:
            raise NothingToVerify
        process.resend()


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


def _session(request: HttpRequest, session_key: str | None) -> AbstractContextManager[HttpRequest]:
    return in_session(request, session_key) if session_key else in_new_session(request)


def _verify(request: HttpRequest, code: str) -> Entered | Refusal | None:
    stage = stages.LoginStageController.enter(request, stages.EmailVerificationStage.key)
    process = flows.email_verification_by_code.EmailVerificationProcess.resume(request)
    is_by_code = settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED
    if is_by_code and (process is None or not (stage or request.user.is_authenticated)):
        return NothingToVerify()
    form = VerifyEmailInput({"key": code}, process=process)
    if not form.is_valid():
        if process:
            process.record_invalid_attempt()
        return invalid("code", [str(sentence) for sentence in form.errors["key"]])
    address = process.finish() if process else form.verification.confirm(request)
    if not stage:
        return None
    flows.email_verification.login_on_verification(request, address)
    return outcome_of(request)


def _count_code(session_key: str) -> None:
    """Allauth counts in the session, which parallel requests would all read first."""
    try:
        take(CODES, session_key)
    except TooManyRequests as refusal:
        raise CodeSpent from refusal
