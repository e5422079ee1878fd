"""What an OpenID Connect provider says about itself."""

from typing import Any

import structlog
from django.core.cache import cache
from requests import RequestException

from identity.providers import http_client
from identity.providers.registry import Provider, ProviderUnavailable

WELL_KNOWN = "/.well-known/openid-configuration"
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
KEPT_FOR = 600

log = structlog.get_logger("gantry.providers")


def configuration(provider: Provider) -> dict[str, Any]:
    """The discovery document, kept for ten minutes once it has proved sound."""
    name = f"provider:{provider.server}"
    found: dict[str, Any] | None = cache.get(name)
    if found is None:
        found = fetch(f"{provider.server}{WELL_KNOWN}")
        if flaw := _flaw(provider, found):
            raise unavailable(provider, flaw)
        cache.set(name, found, KEPT_FOR)
    return found


def fetch(url: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A JSON object, or ProviderUnavailable."""
    try:
        found = http_client.fetch(url, headers=headers)
    except (RequestException, ValueError) as flaw:
        log.warning("provider_failed", url=url, reason=repr(flaw))
        raise ProviderUnavailable from flaw
    if not isinstance(found, dict):
        raise ProviderUnavailable
    return found


def unavailable(provider: Provider, reason: str) -> ProviderUnavailable:
    """The refusal to raise; why is for the log of the operator."""
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
