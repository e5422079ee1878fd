"""Sign-up and sign-in with a password by allauth's flows, and verification of addresses.

An address is verified by the code of a pending sign-in, or by a link.
"""

from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress, Login
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User
from accounts.services.people import SIGN_UP, AlreadyRegistered, register_person
from core.errors import Conflict, Invalid, Refusal, TooManyRequests, Unauthenticated
from core.limits import client_network, give_back, take
from identity.allauth_bridge.forms import invalid
from identity.allauth_bridge.internals import VerifyEmailInput, flows, stagekit, stages
from identity.allauth_bridge.sessions import (
    InvalidSessionToken,
    in_new_session,
    in_session,
    person_of,
    save,
)
from identity.limits import CODE_MAILS, CODE_PAUSE, CODES, SIGN_INS_FROM, SIGN_UPS_FROM
from identity.services.sessions import seal
from identity.services.tokens import Pair, issue


class InvalidCredentials(Unauthenticated):
    message = "Email address or password is wrong."


class EmailVerificationRequired(Unauthenticated):
    """`session_token` has to be sent back with the code."""

    message = "Verify your email address first: we have sent you a code."


class MfaRequired(Unauthenticated):
    """`session_token` has to be sent back with the second factor."""

    message = "Enter the code of your second factor."


PENDING = {"verify_email": EmailVerificationRequired, "mfa_authenticate": MfaRequired}
"""The refusal for each of allauth's stages at which a sign-in may wait."""


@dataclass(frozen=True, slots=True)
class Entered:
    """A finished sign-in: the person and their tokens."""

    person: User
    pair: Pair


Outcome = Entered | Unauthenticated | None
"""A finished sign-in, or what is missing; None without a pending sign-in."""


def sign_up(request: HttpRequest, *, email: str, password: str, name: str = "") -> Entered:
    """Register and sign in a person; EmailVerificationRequired if that has to come first."""
    take(SIGN_UPS_FROM, client_network(request))
    person = User(email=email.lower(), name=name)
    if settings.EMAIL_VERIFICATION == "optional":
        return _entered(_sign_up(request, person, password))
    take(CODE_PAUSE, email)
    try:
        outcome = _sign_up(request, person, password)
    except Invalid:
        # Nothing was mailed.
        give_back(CODE_PAUSE, email)
        raise
    except AlreadyRegistered:
        # After a parallel sign-up the answer must be that for any known address.
        outcome = _sign_up(request, person, password)
    return _entered(outcome)


@transaction.atomic
def _sign_up(request: HttpRequest, wanted: User, password: str) -> Outcome:
    with in_new_session(request):
        is_known = _is_known(wanted.email)
        _check_strength(password, wanted)
        if is_known:
            flows.signup.prevent_enumeration(request, email=wanted.email)
        else:
            person = register_person(
                actor=SIGN_UP, email=wanted.email, password=password, name=wanted.name
            )
            EmailAddress.objects.create(user=person, email=person.email, primary=True)
            flows.signup.complete_signup(request, user=person)
        return outcome_of(request)


def sign_in(request: HttpRequest, *, email: str, password: str) -> Entered:
    """Sign in by password; raises what is missing, such as a second factor."""
    take(SIGN_INS_FROM, client_network(request))
    given = {"email": email.lower(), "password": password}
    with in_new_session(request):
        person = get_adapter(request).authenticate(request, **given)
        if person is None:
            raise InvalidCredentials
        login = Login(user=person, email=given["email"])
        flows.login.perform_password_login(request, given, login)
        outcome = outcome_of(request)
    return _entered(outcome or InvalidCredentials())


def enter(request: HttpRequest) -> Entered:
    """Issue tokens for a finished sign-in; raises what is still missing."""
    return _entered(outcome_of(request))


def outcome_of(request: HttpRequest) -> Outcome:
    """The result of a step of a sign-in, for callers that may only raise after their commit."""
    if not request.user.is_authenticated:
        return what_is_missing(request)
    person = person_of(request)
    save(request.session)
    pair = issue(person, str(request.session.session_key))
    return Entered(person, pair) if pair else None


def what_is_missing(request: HttpRequest) -> Unauthenticated | None:
    """The refusal that names the step a sign-in waits for, with its session token."""
    stage = PENDING.get(getattr(stagekit.get_pending_stage(request), "key", ""))
    return stage(session_token=session_token_of(request)) if stage else None


def session_token_of(request: HttpRequest) -> str:
    """The value of X-Session-Token with which a client continues this session."""
    if request.session.session_key is None:
        request.session.save()
    return seal(str(request.session.session_key))


def _entered(outcome: Outcome) -> Entered:
    if isinstance(outcome, Entered):
        return outcome
    raise outcome or InvalidSessionToken


def _is_known(email: str) -> bool:
    """Whether the address is known; AlreadyRegistered if the settings permit revealing that."""
    try:
        return bool(flows.manage_email.email_already_exists(email)[1])
    except ValidationError as taken:
        raise AlreadyRegistered from taken


def _check_strength(password: str, person: User) -> None:
    """Refuse a weak password; rules without the person's data are checked first."""
    for user in (None, person):
        try:
            validate_password(password, user)
        except ValidationError as weakness:
            raise invalid("password", weakness.messages) from weakness


class NothingToVerify(Conflict):
    message = "There is no code to be entered: sign in again to receive one."


class CodeSpent(Conflict):
    message = "Too many wrong codes: sign in again to receive another one."


def verify_address(request: HttpRequest, *, session_key: str | None, code: str) -> Entered | None:
    """Verify an address; a code also completes the sign-in, the key of a link does not."""
    if session_key:
        # Allauth counts in the session, which parallel requests read at the same time.
        try:
            take(CODES, session_key)
        except TooManyRequests as refusal:
            raise CodeSpent from refusal
    elif settings.EMAIL_VERIFICATION == "mandatory":
        raise InvalidSessionToken
    session = in_session(request, session_key) if session_key else in_new_session(request)
    with transaction.atomic(), session:
        outcome = _verify(request, code)
    # Raised after the commit, so that counts and verified addresses are not rolled back.
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def resend_code(request: HttpRequest, *, session_key: str) -> None:
    """Mail another code for a pending sign-in."""
    with transaction.atomic(), in_session(request, session_key):
        # The address may have no account.
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
    """Mail a person who is signed in a link that verifies their address."""
    values = {"primary": True, "verified": False}
    address, _ = EmailAddress.objects.get_or_create(
        user=person, email=person.email, defaults=values
    )
    if address.verified:
        raise NothingToVerify("This address is verified.")
    take(CODE_PAUSE, person.email)
    with transaction.atomic():
        address.send_confirmation(request)


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
