"""Second factors: enrolled, used and removed, each step by allauth's rules."""

from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError as FormInvalid
from django.http import HttpRequest

from accounts.models import User
from core.errors import Conflict, NotFound
from identity.allauth_bridge.forms import (
    FirstCode,
    SecondFactor,
    SecondFactorAgain,
    fill_in,
    refusal_of,
)
from identity.allauth_bridge.internals import (
    AuthenticateStage,
    account_forms,
    factor_flows,
    flows,
    mfa_adapter,
    recovery_codes,
    stages,
    totp,
    totp_auth,
)
from identity.allauth_bridge.sessions import InvalidSessionToken, person_of
from identity.credentials import ReauthenticationRequired
from identity.services.enrolment import demand_mailbox_proof, has_second_factor, spend_proof
from identity.services.session_store import is_recent, signed_in_at
from identity.services.sign_in import Entered, enter

TOTP = Authenticator.Type.TOTP


class AlreadyEnrolled(Conflict):
    message = "An authenticator app is enrolled already."


class NoSecondFactor(Conflict):
    message = "Enrol a second factor first."


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator app has to be told; `totp_url` is for a QR code."""

    secret: str
    totp_url: str


def factors_of(person: User) -> Any:
    """A query set; allauth's models come without types."""
    return Authenticator.objects.filter(user=person).order_by("created_at", "pk")


def own_factors(request: HttpRequest) -> list[Authenticator]:
    return list(factors_of(person_of(request)))


def begin_totp(request: HttpRequest) -> Enrolment:
    """A new secret, kept with the session until a code proves that an app has it."""
    person = _without_app(request)
    secret = totp_auth.get_totp_secret(regenerate=True)
    return Enrolment(secret, mfa_adapter.get_adapter().build_totp_url(person, secret))


def activate(request: HttpRequest, code: str) -> list[str]:
    """Switch the authenticator app on; returns new recovery codes, none if there were some."""
    person = _without_app(request)
    form = FirstCode({"code": code}, user=person)
    fill_in(form)
    app, recovery = totp.activate_totp(request, form)
    # Spent: allauth would take the same code again at a sign-in within its thirty seconds.
    app.wrap().validate_code(code)
    spend_proof(request)
    return reveal(recovery) if recovery else []


def deactivate(request: HttpRequest) -> None:
    person = person_of(request)
    demand_recent_proof(request)
    app = factors_of(person).filter(type=TOTP).first()
    if app is None:
        raise NotFound
    totp.deactivate_totp(request, app)


def renew_recovery_codes(request: HttpRequest) -> list[str]:
    """New ones, shown now and never again; the old ones end."""
    person = person_of(request)
    demand_recent_proof(request)
    if not has_second_factor(person):
        raise NoSecondFactor
    return reveal(recovery_codes.generate_recovery_codes(request))


def reveal(recovery: Authenticator) -> list[str]:
    """The codes, this once."""
    codes = recovery.wrap()
    codes.mark_as_viewed()
    return list(codes.get_unused_codes())


def verify(request: HttpRequest, code: str) -> Entered:
    """Finish a sign-in with the code of an app, or a recovery code."""
    stage = pending(request)
    form = SecondFactor({"code": code}, user=stage.login.user)
    fill_in(form)
    form.save()
    stage.exit()
    return enter(request)


def prove_again(request: HttpRequest, *, password: str = "", code: str = "") -> None:
    """Prove oneself anew, by password or by second factor, for what needs a recent proof."""
    person = person_of(request)
    if code:
        form = SecondFactorAgain({"code": code}, user=person)
        fill_in(form)
        form.save()
        return
    fill_in(account_forms.ReauthenticateForm({"password": password}, user=person))
    flows.reauthentication.reauthenticate_by_password(request)


def pending(request: HttpRequest) -> AuthenticateStage:
    """The sign-in that waits for its second factor."""
    stage = stages.LoginStageController.enter(request, AuthenticateStage.key)
    if stage is None:
        raise InvalidSessionToken
    return stage


def demand_recent_proof(request: HttpRequest) -> None:
    """Of people who have nothing here to prove themselves with, a recent sign-in."""
    flows.reauthentication.raise_if_reauthentication_required(request, app="allauth.mfa")
    if not flows.reauthentication.get_reauthentication_flows(request.user) and not is_recent(
        signed_in_at(request.session)
    ):
        raise ReauthenticationRequired


def _without_app(request: HttpRequest) -> User:
    """Who may enrol an authenticator app."""
    person = person_enrolling(request)
    if factors_of(person).filter(type=TOTP).exists():
        raise AlreadyEnrolled
    return person


def person_enrolling(request: HttpRequest) -> User:
    """Who is in, if they may enrol a factor.

    Asked when an enrolment begins and when it ends: roles and factors may have changed.
    """
    person = person_of(request)
    demand_recent_proof(request)
    demand_mailbox_proof(request)
    try:
        factor_flows.validate_can_add_authenticator(person)
    except FormInvalid as flaw:
        raise refusal_of(flaw) from flaw
    return person
