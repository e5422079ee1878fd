"""What an OpenID Connect provider says about itself, and the keys it signs with."""

from typing import Any

import structlog
from django.core.cache import cache
from jwt import PyJWK, PyJWKSet, PyJWTError
from requests import RequestException

from accounts.social.providers import Provider, ProviderUnavailable
from accounts.social.wire import Wire

WELL_KNOWN = "/.well-known/openid-configuration"
NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
KEPT_FOR = 600
NOT_AGAIN_FOR = 30
"""Seconds between two looks for a key nobody knows: tokens with made-up ones cost no request."""

log = structlog.get_logger("gantry.providers")


def configuration(provider: Provider) -> dict[str, Any]:
    """The discovery document; it must be about the issuer it was asked of."""
    found: dict[str, Any] = _kept(f"{provider.server}{WELL_KNOWN}")
    if not all(isinstance(found.get(key), str) for key in NEEDED):
        raise unavailable(provider, "the discovery document is incomplete")
    if found["issuer"].rstrip("/") != provider.server:
        raise unavailable(provider, "the discovery document names another issuer")
    scheme = provider.server.partition(":")[0]
    if not all(found[key].startswith(f"{scheme}://") for key in NEEDED):
        raise unavailable(provider, "an endpoint is not protected like the issuer")
    return found


def signing_key(provider: Provider, key_id: str | None) -> PyJWK | None:
    """The key of this id, looked for anew if it is unknown; without an id, the only one."""
    url = configuration(provider)["jwks_uri"]
    if key := _pick(_kept(url), key_id):
        return key
    if cache.add(f"provider-again:{url}", value=True, timeout=NOT_AGAIN_FOR):
        cache.delete(_name(url))
        return _pick(_kept(url), key_id)
    return None


def fetch(url: str, **options: Any) -> dict[str, Any]:
    """A JSON object, or ProviderUnavailable."""
    try:
        with Wire() as wire:
            answer = wire.get(url, **options)
        answer.raise_for_status()
        found = answer.json()
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


def _kept(url: str) -> dict[str, Any]:
    found: dict[str, Any] | None = cache.get(_name(url))
    if found is None:
        found = fetch(url)
        cache.set(_name(url), found, KEPT_FOR)
    return found


def _name(url: str) -> str:
    return f"provider:{url}"


def _pick(published: dict[str, Any], key_id: str | None) -> PyJWK | None:
    try:
        keys = PyJWKSet.from_dict(published).keys
    except PyJWTError:
        return None
    fitting = [key for key in keys if key_id in (None, key.key_id)]
    return fitting[0] if len(fitting) == 1 else None
