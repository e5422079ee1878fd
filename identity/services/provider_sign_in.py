"""Signing in through a provider and linking accounts there: by an ID token, or by redirects."""

import secrets
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.account.models import Login
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from requests import RequestException

from accounts.models import User
from core.actor import Actor
from core.errors import Invalid, Unauthenticated
from identity.allauth_bridge.internals import OAuth2Error, flows
from identity.providers import id_tokens
from identity.providers.redirects import identity_of
from identity.providers.registry import Identity, Provider, unavailable
from identity.services.linked_accounts import link_account, person_for
from identity.services.sessions import open_session
from identity.services.sign_in import Entered, enter

MALFORMED = (RequestException, AttributeError, KeyError, TypeError, ValueError)


class NoIdTokens(Invalid):
    message = "This identity provider issues no ID tokens: use the redirect."


class ForeignCallback(Invalid):
    message = "Not an address of the front end."

    def __init__(self) -> None:
        super().__init__(errors={"callback_url": [self.message]})


class InvalidState(Unauthenticated):
    message = "This sign-in was not begun here, or too long ago, or is finished already."


class ProviderRefused(Unauthenticated):
    message = "The identity provider did not accept the sign-in."


def by_id_token(provider: Provider, id_token: str, nonce: str) -> Identity:
    """The identity in an ID token, which cannot be used again."""
    if not provider.has_id_tokens:
        raise NoIdTokens
    claims = id_tokens.read(provider, id_token, nonce=nonce or None)
    id_tokens.spend(id_token, claims)
    return identity_of(provider, claims)


def sign_in(request: HttpRequest, identity: Identity) -> Entered:
    """Sign in the person of an identity; raises what is missing, such as a second factor."""
    _log_in(request, identity)
    return enter(request)


def begin(
    request: HttpRequest,
    provider: Provider,
    callback_url: str,
    linking: dict[str, str] | None = None,
) -> str:
    """The provider's address to redirect to; the state is kept in the browser's session."""
    _check_callback(callback_url)
    nonce = secrets.token_urlsafe(24)
    # GitHub has no nonce; PKCE binds its codes to this sign-in as well.
    parameters = {"nonce": nonce} if provider.has_id_tokens else {}
    answer = (
        get_adapter()
        .get_provider(request, provider.id)
        .redirect(
            request,
            "connect" if linking else "login",
            next_url=callback_url,
            data={"nonce": nonce, "linking": linking},
            auth_params=parameters,
        )
    )
    return str(answer["Location"])


def state_of(request: HttpRequest, provider: Provider) -> dict[str, Any]:
    """Remove and return the state that `begin` has kept; InvalidState without one."""
    flow = get_adapter().get_provider(request, provider.id)
    try:
        state: dict[str, Any] = flow.unstash_redirect_state(request, request.GET.get("state"))
    except PermissionDenied as flaw:
        raise InvalidState from flaw
    return state


def finish(request: HttpRequest, provider: Provider, state: dict[str, Any]) -> None:
    """Sign in, or link, the account with which the browser returns from the provider."""
    if "code" not in request.GET:
        raise ProviderRefused
    linking = state["data"]["linking"]
    identity = _exchange_code(request, provider, state)
    if linking is None:
        _log_in(request, identity)
        return
    opened = open_session(linking["session"], UUID(linking["person"]))
    if opened is None:
        raise InvalidState
    link_account(actor=Actor(user=opened.person), identity=identity)


def accounts_of(person: User) -> list[SocialAccount]:
    return list(SocialAccount.objects.filter(user=person).order_by("date_joined", "pk"))


def _exchange_code(request: HttpRequest, provider: Provider, state: dict[str, Any]) -> Identity:
    """Exchange the code for tokens, and return the identity in them."""
    flow = get_adapter().get_provider(request, provider.id)
    steps = flow.get_oauth2_adapter(request)
    try:
        client = steps.get_client(request, flow.app)
        verifier = state["pkce_code_verifier"]
        answer = steps.get_access_token_data(request, flow.app, client, verifier)
        identity: Identity = steps.identity(answer, state["data"]["nonce"])
    except OAuth2Error as refusal:
        raise ProviderRefused from refusal
    except MALFORMED as flaw:
        raise unavailable(provider, repr(flaw)) from flaw
    return identity


def _log_in(request: HttpRequest, identity: Identity) -> None:
    person = person_for(identity)
    if request.user.is_authenticated:
        logout(request)
    record = {"provider": identity.provider.realm, "uid": identity.uid}
    flows.login.record_authentication(request, person, "socialaccount", **record)
    flows.login.perform_login(request, Login(user=person))


def _check_callback(url: str) -> None:
    """ForeignCallback unless the address is of the front end's origin."""
    front = urlsplit(settings.FRONTEND_URL)
    origin = f"{front.scheme}://{front.netloc}"
    is_plain = url.isascii() and url.isprintable() and " " not in url
    if not is_plain or not f"{url}/".startswith(f"{origin}/") or "\\" in url:
        raise ForeignCallback
