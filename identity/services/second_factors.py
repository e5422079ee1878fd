"""Second factors, passkeys included, by allauth's flows."""

import json
import struct
from typing import Any, cast

from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError as FormInvalid
from django.forms import Form
from django.http import HttpRequest

from accounts.models import User
from core.errors import Conflict, Invalid, NotFound
from core.limits import client_network, take
from identity.allauth_bridge import internals
from identity.allauth_bridge.forms import (
    FirstCode,
    PasskeyAgain,
    PasskeyAsSecondFactor,
    SecondFactor,
    SecondFactorAgain,
    fill_in,
    refusal_of,
)
from identity.allauth_bridge.internals import passkey_auth, passkey_flows, passkey_forms
from identity.allauth_bridge.sessions import InvalidSessionToken, person_of
from identity.credentials import ReauthenticationRequired
from identity.limits import PASSKEYS_FROM
from identity.services.enrolment import demand_mailbox_proof, has_second_factor, spend_proof
from identity.services.session_store import is_recent, signed_in_at
from identity.services.sign_in import Entered, enter, session_token_of

Options = dict[str, Any]
"""The options for a browser's `navigator.credentials`, as JSON."""
MALFORMED = (AttributeError, LookupError, TypeError, ValueError, struct.error)
TOTP = Authenticator.Type.TOTP


class AlreadyEnrolled(Conflict):
    message = "An authenticator app is enrolled already."


class NoSecondFactor(Conflict):
    message = "Enrol a second factor first."


def factors_of(person: User) -> Any:
    """A QuerySet; Any, because allauth's models have no types."""
    return Authenticator.objects.filter(user=person).order_by("created_at", "pk")


def own_factors(request: HttpRequest) -> list[Authenticator]:
    return list(factors_of(person_of(request)))


def begin_totp(request: HttpRequest) -> dict[str, str]:
    """A new secret for an app; kept in the session until its first code activates it."""
    person = _without_app(request)
    secret = internals.totp_auth.get_totp_secret(regenerate=True)
    url = internals.mfa_adapter.get_adapter().build_totp_url(person, secret)
    return {"secret": secret, "totp_url": url}


def activate(request: HttpRequest, code: str) -> list[str]:
    """Activate the authenticator app; returns new recovery codes, or [] if there were some."""
    person = _without_app(request)
    form = FirstCode({"code": code}, user=person)
    fill_in(form)
    app, recovery = internals.totp.activate_totp(request, form)
    # Marks the code as used: allauth would accept it again for a sign-in within 30 seconds.
    app.wrap().validate_code(code)
    spend_proof(request)
    return reveal(recovery) if recovery else []


def deactivate(request: HttpRequest) -> None:
    person = person_of(request)
    demand_recent_proof(request)
    app = factors_of(person).filter(type=TOTP).first()
    if app is None:
        raise NotFound
    internals.totp.deactivate_totp(request, app)


def renew_recovery_codes(request: HttpRequest) -> list[str]:
    """New recovery codes, which are only shown now; the old ones become void."""
    person = person_of(request)
    demand_recent_proof(request)
    if not has_second_factor(person):
        raise NoSecondFactor
    return reveal(internals.recovery_codes.generate_recovery_codes(request))


def reveal(recovery: Authenticator) -> list[str]:
    """The unused codes, which are marked as shown."""
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
    """Reauthenticate by password or second factor, for what needs a recent proof."""
    person = person_of(request)
    if code:
        form = SecondFactorAgain({"code": code}, user=person)
        fill_in(form)
        form.save()
        return
    fill_in(internals.account_forms.ReauthenticateForm({"password": password}, user=person))
    internals.flows.reauthentication.reauthenticate_by_password(request)


def pending(request: HttpRequest) -> internals.AuthenticateStage:
    """The sign-in that waits for its second factor; InvalidSessionToken without one."""
    stage = internals.stages.LoginStageController.enter(request, internals.AuthenticateStage.key)
    if stage is None:
        raise InvalidSessionToken
    return stage


def demand_recent_proof(request: HttpRequest) -> None:
    """Require a recent proof, or a recent sign-in of those with neither password nor factor."""
    internals.flows.reauthentication.raise_if_reauthentication_required(request, app="allauth.mfa")
    ways = internals.flows.reauthentication.get_reauthentication_flows(request.user)
    if not ways and not is_recent(signed_in_at(request.session)):
        raise ReauthenticationRequired


def _without_app(request: HttpRequest) -> User:
    """The person, who may enrol an authenticator app; AlreadyEnrolled if they have one."""
    person = person_enrolling(request)
    if factors_of(person).filter(type=TOTP).exists():
        raise AlreadyEnrolled
    return person


def person_enrolling(request: HttpRequest) -> User:
    """The person signed in, if they may enrol a factor.

    Checked when an enrolment begins and when it ends: roles and factors may have changed.
    """
    person = person_of(request)
    demand_recent_proof(request)
    demand_mailbox_proof(request)
    try:
        internals.factor_flows.validate_can_add_authenticator(person)
    except FormInvalid as flaw:
        raise refusal_of(flaw) from flaw
    return person


class IncorrectPasskey(Invalid):
    message = "This passkey, or its answer, is not the right one."


def begin_passkey(request: HttpRequest) -> Options:
    """Options for a discoverable key with user verification, which can sign in by itself."""
    person = person_enrolling(request)
    return _plain(passkey_flows.begin_registration(request, person, passwordless=True))


def enrol_passkey(
    request: HttpRequest, name: str, credential: Options
) -> tuple[Authenticator, list[str]]:
    """Save a new passkey; also returns recovery codes if it is the first factor."""
    person = person_enrolling(request)
    form = passkey_forms.AddWebAuthnForm(
        {"name": name, "credential": credential, "passwordless": True}, user=person
    )
    checked = _check(form)
    key, recovery = passkey_flows.add_authenticator(request, checked["name"], checked["credential"])
    spend_proof(request)
    return key, reveal(recovery) if recovery else []


def remove_passkey(request: HttpRequest, key_id: int) -> None:
    demand_recent_proof(request)
    keys = factors_of(person_of(request)).filter(type=Authenticator.Type.WEBAUTHN)
    key = keys.filter(pk=key_id).first()
    if key is None:
        raise NotFound
    passkey_flows.remove_authenticator(request, key)


def begin_passkey_login(request: HttpRequest) -> tuple[Options, str]:
    """The options of a challenge for any passkey, and the session token it belongs to."""
    take(PASSKEYS_FROM, client_network(request))
    options = _plain(passkey_auth.begin_authentication())
    return options, session_token_of(request)


def log_in_by_passkey(request: HttpRequest, credential: Options) -> Entered:
    """Sign in by a passkey, which proves possession and verifies its owner: both factors."""
    take(PASSKEYS_FROM, client_network(request))
    key = _check(passkey_forms.LoginWebAuthnForm({"credential": credential}))["credential"]
    passkey_flows.perform_passwordless_login(request, key, Login(user=key.user))
    return enter(request)


def begin_passkey_verification(request: HttpRequest) -> Options:
    return _plain(passkey_auth.begin_authentication(pending(request).login.user))


def verify_passkey(request: HttpRequest, credential: Options) -> Entered:
    """Finish a sign-in that asked for a second factor."""
    stage = pending(request)
    form = PasskeyAsSecondFactor({"credential": credential}, user=stage.login.user)
    _check(form)
    form.save()
    stage.exit()
    return enter(request)


def begin_passkey_proof(request: HttpRequest) -> Options:
    return _plain(passkey_auth.begin_authentication(person_of(request)))


def prove_again_by_passkey(request: HttpRequest, credential: Options) -> None:
    form = PasskeyAgain({"credential": credential}, user=person_of(request))
    _check(form)
    form.save()


def _check(form: Form) -> dict[str, Any]:
    try:
        fill_in(form)
    except (Invalid, *MALFORMED) as flaw:
        raise IncorrectPasskey from flaw
    return form.cleaned_data


def _plain(options: Any) -> Options:
    """The library's mappings as plain dicts and lists."""
    return cast("Options", json.loads(json.dumps(options["publicKey"], default=dict)))
