"""Verifying ID tokens of OpenID Connect providers: signature, audience, time and single use."""

import hashlib
import time
from typing import Any

import jwt
from jwt.exceptions import PyJWKClientConnectionError

from core.errors import TooManyRequests, Unauthenticated
from core.limits import Limit, take
from identity.providers.jwks import keys_at
from identity.providers.registry import Provider, configuration, unavailable

# Asymmetric algorithms only: with a shared secret, whoever verifies could also sign.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA"]
REQUIRED = ["iss", "aud", "sub", "exp", "iat"]
LEEWAY = 10
MALFORMED = (jwt.PyJWTError, KeyError, ValueError, TypeError, OverflowError)
Claims = dict[str, Any]


class InvalidIdToken(Unauthenticated):
    message = "This token of the identity provider is not valid (any more)."


def read(provider: Provider, token: str, *, nonce: str | None) -> Claims:
    """The claims of a valid token with this nonce; InvalidIdToken otherwise."""
    endpoints = configuration(provider)
    try:
        claims: Claims = jwt.decode(
            token,
            keys_at(endpoints["jwks_uri"]).get_signing_key_from_jwt(token),
            algorithms=ALGORITHMS,
            audience=provider.client_id,
            issuer=endpoints["issuer"],
            leeway=LEEWAY,
            options={"require": REQUIRED},
        )
    except PyJWKClientConnectionError as outage:
        raise unavailable(provider, repr(outage)) from outage
    except MALFORMED as flaw:
        raise InvalidIdToken from flaw
    if claims.get("nonce") != nonce or not _is_meant_for(provider, claims):
        raise InvalidIdToken
    return claims


def spend(token: str, claims: Claims) -> None:
    """Accept a token once; counted in PostgreSQL, so that parallel requests cannot reuse it."""
    seconds = max(1, int(claims["exp"] - time.time()) + LEEWAY + 1)
    signed = token.strip().rpartition(".")[0]
    try:
        take(Limit("an ID token", 1, seconds), hashlib.sha256(signed.encode()).hexdigest())
    except TooManyRequests as spent:
        raise InvalidIdToken from spent


def _is_meant_for(provider: Provider, claims: Claims) -> bool:
    """Whether the token was issued for us, which `azp` says if it has several audiences."""
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    asked = claims.get("azp", None if several else provider.client_id)
    return bool(asked == provider.client_id)
