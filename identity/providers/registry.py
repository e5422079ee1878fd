"""The providers in the settings, their discovery documents, and identities of people there."""

from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache
from requests import RequestException

from core.errors import NotFound, Unavailable
from core.names import cleaned_name
from identity.providers import http_client

WELL_KNOWN = "/.well-known/openid-configuration"
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
KEPT_FOR = 600

log = structlog.get_logger("gantry.providers")


class UnknownProvider(NotFound):
    message = "This identity provider is not switched on here."


class ProviderUnavailable(Unavailable):
    message = "The identity provider does not answer as it should. Try again in a moment."

    def __init__(self) -> None:
        super().__init__(retry_after=30)


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider that is switched on; ids of its accounts are unique in its `realm`."""

    id: str
    kind: str
    name: str
    server: str
    realm: str
    client_id: str
    secret: str

    @property
    def has_id_tokens(self) -> bool:
        return self.kind == "oidc"


@dataclass(frozen=True, slots=True)
class Identity:
    """An account at a provider; `email` is empty unless the provider calls it verified."""

    provider: Provider
    uid: str
    email: str
    name: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", cleaned_name(self.name))


def providers() -> list[Provider]:
    return [Provider(**keys) for keys in settings.AUTH_PROVIDERS]


def provider_called(id_: str) -> Provider:
    for provider in providers():
        if provider.id == id_:
            return provider
    raise UnknownProvider


def configuration(provider: Provider) -> dict[str, Any]:
    """The discovery document, cached for ten minutes if it is valid."""
    name = f"provider:{provider.server}"
    found: dict[str, Any] | None = cache.get(name)
    if found is None:
        found = fetch(f"{provider.server}{WELL_KNOWN}")
        if flaw := _flaw(provider, found):
            raise unavailable(provider, flaw)
        cache.set(name, found, KEPT_FOR)
    return found


def fetch(url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """The JSON object at this address; ProviderUnavailable if there is none."""
    try:
        found = http_client.fetch(url, headers=headers)
    except (RequestException, ValueError) as flaw:
        log.warning("provider_failed", url=url, reason=repr(flaw))
        raise ProviderUnavailable from flaw
    if not isinstance(found, dict):
        raise ProviderUnavailable
    return found


def unavailable(provider: Provider, reason: str) -> ProviderUnavailable:
    """The refusal to raise; the reason is only logged."""
    log.warning("provider_failed", provider=provider.id, reason=reason)
    return ProviderUnavailable()


def _flaw(provider: Provider, found: dict[str, Any]) -> str:
    scheme = provider.server.partition(":")[0]
    if not all(isinstance(found.get(key), str) for key in NEEDED):
        return "The discovery document is incomplete."
    if found["issuer"].rstrip("/") != provider.server:
        return "The discovery document names another issuer."
    if not all(found[key].startswith(f"{scheme}://") for key in NEEDED):
        return "An endpoint is not protected like the issuer."
    return ""
