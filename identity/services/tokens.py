"""Access and refresh tokens: JWTs that live and die with one session row."""

import base64
import time
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal
from uuid import UUID

import jwt
from django.conf import settings

from accounts.models import User
from core import sealing
from core.errors import Unauthenticated
from core.models import uuid7

Use = Literal["access", "refresh"]
LONGEST_TOKEN = 4096
_SESSION_ID = "session-id"
_REQUIRED = ["exp", "iat", "iss", "aud", "sub", "sid", "jti", "token_use"]


class InvalidToken(Unauthenticated):
    message = "This token is not valid."


class TokenExpired(InvalidToken):
    message = "This token has expired."


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    id: UUID
    use: str
    person_id: UUID
    session_key: str
    expires_at: int


def sign(use: Use, person: User, session_key: str, id_: UUID | None = None) -> str:
    lifetimes = {
        "access": settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN,
        "refresh": settings.HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN,
    }
    now = int(time.time())
    claims = {
        "iss": settings.AUTH_JWT_ISSUER,
        "aud": settings.AUTH_JWT_AUDIENCE,
        "iat": now,
        "exp": now + lifetimes[use],
        # Sealed for this purpose alone: it is neither a cookie nor a session token.
        "sid": sealing.seal(_SESSION_ID, session_key),
        "jti": str(id_ or uuid7()),
        "token_use": use,
        "sub": str(person.pk),
    }
    return jwt.encode(claims, settings.HEADLESS_JWT_PRIVATE_KEY, "HS256")


def read(token: str, use: Use, *, even_expired: bool = False) -> Claims:
    """What a token of ours says, or InvalidToken; whether its session lives is another question."""
    if len(token) > LONGEST_TOKEN:
        raise InvalidToken
    keys = (settings.HEADLESS_JWT_PRIVATE_KEY, *settings.AUTH_JWT_PREVIOUS_KEYS)
    claims = _verified(token, keys, settings.AUTH_JWT_ISSUER, settings.AUTH_JWT_AUDIENCE)
    if claims.use != use:
        raise InvalidToken
    if claims.expires_at <= time.time() and not even_expired:
        raise TokenExpired
    return claims


@lru_cache(maxsize=4096)
def _verified(token: str, keys: tuple[str, ...], issuer: str, audience: str) -> Claims:
    """A token whose signature and claims hold; a browser sends the same one for minutes."""
    for key in keys:
        try:
            return _claims(
                jwt.decode(
                    token,
                    _prepared(key),
                    algorithms=["HS256"],
                    issuer=issuer,
                    audience=audience,
                    options={"require": _REQUIRED, "verify_exp": False},
                )
            )
        except jwt.InvalidSignatureError:
            continue
        # A header of a thousand nested lists exhausts the JSON parser's stack.
        except (jwt.PyJWTError, ValueError, OverflowError, RecursionError) as flaw:
            raise InvalidToken from flaw
    raise InvalidToken


@cache
def _prepared(key: str) -> jwt.PyJWK:
    """The key, looked at once: PyJWT examines a bare string with every token."""
    encoded = base64.urlsafe_b64encode(key.encode()).decode()
    return jwt.PyJWK.from_dict({"kty": "oct", "k": encoded}, "HS256")


def _claims(decoded: dict[str, Any]) -> Claims:
    session_key = sealing.unseal(_SESSION_ID, str(decoded["sid"]))
    if not session_key:
        raise InvalidToken
    return Claims(
        id=UUID(decoded["jti"]),
        use=decoded["token_use"],
        person_id=UUID(decoded["sub"]),
        session_key=session_key,
        expires_at=int(decoded["exp"]),
    )
