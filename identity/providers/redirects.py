"""OAuth by redirects with allauth's adapters: state, PKCE, and the exchange of the code."""

from typing import Any

from django.core.exceptions import ValidationError as FormInvalid
from django.core.validators import validate_email
from django.http import HttpRequest
from django.urls import reverse

from identity.allauth_bridge import internals
from identity.providers import id_tokens
from identity.providers.id_tokens import InvalidIdToken
from identity.providers.registry import (
    Identity,
    Provider,
    configuration,
    fetch,
    provider_called,
    unavailable,
)

LONGEST_UID = 191
LONGEST_ADDRESS = 254
LONGEST_NAME = 200


class Steps:
    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        """The redirect URI, which has to be registered at the provider."""
        return request.build_absolute_uri(reverse("provider-callback", args=[app.provider_id]))


class OidcSteps(Steps, internals.OpenIDConnectOAuth2Adapter):
    @property
    def openid_config(self) -> dict[str, Any]:
        return configuration(provider_called(self.provider_id))

    def identity(self, answer: dict[str, Any], nonce: str) -> Identity:
        """The identity in the ID token; if that has no address, with the one of the profile."""
        provider = provider_called(self.provider_id)
        claims = id_tokens.read(provider, str(answer.get("id_token")), nonce=nonce)
        address = self.openid_config.get("userinfo_endpoint")
        if address and "email" not in claims:
            bearer = {"Authorization": f"Bearer {answer['access_token']}"}
            profile = fetch(address, headers=bearer)
            if profile.get("sub") != claims["sub"]:
                raise InvalidIdToken
            claims = profile
        return identity_of(provider, claims)


class GitHubSteps(Steps, internals.GitHubOAuth2Adapter):
    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        provider = provider_called("github")
        server, is_public = provider.server, provider.realm == provider.id
        api = "https://api.github.com" if is_public else f"{server}/api/v3"
        self.access_token_url = f"{server}/login/oauth/access_token"
        self.authorize_url = f"{server}/login/oauth/authorize"
        self.profile_url, self.emails_url = f"{api}/user", f"{api}/user/emails"

    def identity(self, answer: dict[str, Any], nonce: str) -> Identity:
        """The identity by the account's number, with its primary address if that is verified."""
        found = self.complete_login(self.request, None, self.parse_token(answer))
        proved = (a.email for a in found.email_addresses if a.primary and a.verified is True)
        claims = {"sub": found.account.uid, "email": next(proved, ""), "email_verified": True}
        name = found.account.extra_data.get("name")
        return identity_of(provider_called("github"), {"name": name, **claims})


class Oidc(internals.OpenIDConnectProvider):
    oauth2_adapter_class = OidcSteps


class GitHub(internals.GitHubProvider):
    oauth2_adapter_class = GitHubSteps


KINDS = {"oidc": Oidc, "github": GitHub}


def identity_of(provider: Provider, claims: dict[str, Any]) -> Identity:
    """The identity in these claims; without the address unless the provider verified it."""
    uid = claims["sub"]
    if not (isinstance(uid, str) and uid.isprintable() and 0 < len(uid) <= LONGEST_UID):
        raise unavailable(provider, "an account without a usable id")
    is_verified = claims.get("email_verified") in (True, "true")
    email = _address(claims.get("email")) if is_verified else ""
    return Identity(provider, uid, email, _name(claims.get("name")))


def _address(value: object) -> str:
    address = value.lower() if isinstance(value, str) else ""
    try:
        validate_email(address)
    except FormInvalid:
        return ""
    return address if len(address) <= LONGEST_ADDRESS else ""


def _name(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return "".join(filter(str.isprintable, text)).strip()[:LONGEST_NAME]
