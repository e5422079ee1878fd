"""Passkeys: enrolled, and used alone, as a second factor, or to prove oneself again."""

import json
import struct
from typing import Any, cast

from allauth.account.models import Login
from allauth.mfa.models import Authenticator
from django.forms import Form
from django.http import HttpRequest

from core.errors import Invalid, NotFound
from core.limits import client_network, take
from identity.allauth_bridge.forms import PasskeyAgain, PasskeyAsSecondFactor, fill_in
from identity.allauth_bridge.internals import passkey_auth, passkey_flows, passkey_forms
from identity.allauth_bridge.sessions import person_of
from identity.limits import PASSKEYS_FROM
from identity.services.enrolment import spend_proof
from identity.services.second_factors import (
    demand_recent_proof,
    factors_of,
    pending,
    person_enrolling,
    reveal,
)
from identity.services.sign_in import Entered, enter, session_token_of

Options = dict[str, Any]
"""What a browser's `navigator.credentials` is asked with, as JSON."""
MALFORMED = (AttributeError, LookupError, TypeError, ValueError, struct.error)


class IncorrectPasskey(Invalid):
    message = "This passkey, or its answer, is not the right one."


def begin_enrolment(request: HttpRequest) -> Options:
    """Always a discoverable key that verifies its owner, good for a sign-in by itself."""
    person = person_enrolling(request)
    return _plain(passkey_flows.begin_registration(request, person, passwordless=True))


def enrol(request: HttpRequest, name: str, credential: Options) -> tuple[Authenticator, list[str]]:
    """Keep a new passkey; returns recovery codes with the first factor."""
    person = person_enrolling(request)
    form = passkey_forms.AddWebAuthnForm(
        {"name": name, "credential": credential, "passwordless": True}, user=person
    )
    checked = _check(form)
    key, recovery = passkey_flows.add_authenticator(request, checked["name"], checked["credential"])
    spend_proof(request)
    return key, reveal(recovery) if recovery else []


def remove(request: HttpRequest, key_id: int) -> None:
    demand_recent_proof(request)
    keys = factors_of(person_of(request)).filter(type=Authenticator.Type.WEBAUTHN)
    key = keys.filter(pk=key_id).first()
    if key is None:
        raise NotFound
    passkey_flows.remove_authenticator(request, key)


def begin_login(request: HttpRequest) -> tuple[Options, str]:
    """A challenge for whoever holds a passkey, and the session token it belongs to."""
    take(PASSKEYS_FROM, client_network(request))
    options = _plain(passkey_auth.begin_authentication())
    return options, session_token_of(request)


def log_in(request: HttpRequest, credential: Options) -> Entered:
    """Both factors in one: the key is had, its owner verified."""
    take(PASSKEYS_FROM, client_network(request))
    key = _check(passkey_forms.LoginWebAuthnForm({"credential": credential}))["credential"]
    passkey_flows.perform_passwordless_login(request, key, Login(user=key.user))
    return enter(request)


def begin_verification(request: HttpRequest) -> Options:
    return _plain(passkey_auth.begin_authentication(pending(request).login.user))


def verify(request: HttpRequest, credential: Options) -> Entered:
    """Finish a sign-in that asked for a second factor."""
    stage = pending(request)
    form = PasskeyAsSecondFactor({"credential": credential}, user=stage.login.user)
    _check(form)
    form.save()
    stage.exit()
    return enter(request)


def begin_proof(request: HttpRequest) -> Options:
    return _plain(passkey_auth.begin_authentication(person_of(request)))


def prove_again(request: HttpRequest, credential: Options) -> None:
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
    """The library's mappings as JSON knows them."""
    return cast("Options", json.loads(json.dumps(options["publicKey"], default=dict)))
