"""Access and refresh tokens: JWTs that are valid as long as their session's row exists.

They are issued in pairs; each refresh token gives one further pair of its session.
"""

import base64
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, Literal, TypedDict
from uuid import UUID

import jwt
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from core import sealing
from core.errors import Unauthenticated
from core.models import uuid7
from identity.models import RefreshToken
from identity.services.session_store import is_too_old
from identity.services.sessions import belongs_to, end_session

MOST_UNSPENT = 5
"""The most unused refresh tokens of one session; a further one makes the oldest void."""
TOO_OLD = "the session is too old"
USED_TWICE = "a refresh token was used twice"
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
        # Sealed for this purpose, so that it cannot be used as a cookie or session token.
        "sid": sealing.seal(_SESSION_ID, session_key),
        "jti": str(id_ or uuid7()),
        "token_use": use,
        "sub": str(person.pk),
    }
    return jwt.encode(claims, settings.HEADLESS_JWT_PRIVATE_KEY, "HS256")


def read(token: str, use: Use, *, even_expired: bool = False) -> Claims:
    """The claims of a token of ours, or InvalidToken; its session is not looked up."""
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
    """The claims of a verified token; cached, as browsers send the same one for minutes."""
    for key in keys:
        try:
            return _claims(
                jwt.decode(
                    token,
                    _parsed_key(key),
                    algorithms=["HS256"],
                    issuer=issuer,
                    audience=audience,
                    options={"require": _REQUIRED, "verify_exp": False},
                )
            )
        except jwt.InvalidSignatureError:
            continue
        # A header of a thousand nested lists exceeds the JSON parser's recursion limit.
        except (jwt.PyJWTError, ValueError, OverflowError, RecursionError) as flaw:
            raise InvalidToken from flaw
    raise InvalidToken


@cache
def _parsed_key(key: str) -> jwt.PyJWK:
    """The key as an object, cached: PyJWT checks a key given as text for every token."""
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


class Pair(TypedDict):
    access_token: str
    refresh_token: str
    expires_in: int


@transaction.atomic
def issue(person: User, session_key: str) -> Pair | None:
    """Another pair of a session, whose sign-in and expiry stay the same; None if it ended."""
    session = _locked(session_key)
    if session is None or not belongs_to(session.get_decoded(), person):
        return None
    if is_too_old(session.get_decoded()):
        end_session(session_key, reason=TOO_OLD)
        return None
    return _issued(person, session)


@transaction.atomic
def carry_over(person: User, session_key: str) -> Pair | None:
    """Keep a session after a change of password, with a new pair; None if it has ended."""
    session = _locked(session_key)
    if session is None:
        return None
    content = session.get_decoded() | {HASH_SESSION_KEY: person.get_session_auth_hash()}
    session.session_data = Session.objects.encode(content)
    session.save(update_fields=["session_data"])
    RefreshToken.objects.filter(session=session).delete()
    return _issued(person, session)


def rotate(refresh_token: str) -> Pair | None:
    """Exchange a refresh token for a new pair; None if it is invalid or used."""
    try:
        claims = read(refresh_token, "refresh")
    except InvalidToken:
        return None
    return _rotate(claims)


@transaction.atomic
def _rotate(claims: Claims) -> Pair | None:
    session = _locked(claims.session_key)
    person = User.objects.active().filter(pk=claims.person_id).first()
    if session is None or person is None or not belongs_to(session.get_decoded(), person):
        return None
    now, successor = timezone.now(), uuid7()
    unspent = RefreshToken.objects.filter(session=session)
    is_ended = is_too_old(session.get_decoded())
    if is_ended or not unspent.filter(pk=claims.id).update(
        id=successor, previous_id=claims.id, rotated_at=now
    ):
        # Used seconds ago, and the next one is unused: two tabs, or a lost answer.
        since = now - settings.AUTH_REFRESH_REUSE_GRACE
        if not unspent.filter(previous_id=claims.id, rotated_at__gte=since).exists():
            end_session(claims.session_key, reason=TOO_OLD if is_ended else USED_TWICE)
        return None
    session.expire_date = now + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    session.save(update_fields=["expire_date"])
    UserSession.objects.filter(session_key=claims.session_key).update(last_seen_at=Now())
    return _pair(person, session, RefreshToken(pk=successor))


def _locked(session_key: str) -> Session | None:
    """Lock the session, so that its tokens are issued one by one; None if it has expired."""
    alive = Session.objects.filter(pk=session_key, expire_date__gt=timezone.now())
    return alive.select_for_update(no_key=True).first()


def _issued(person: User, session: Session) -> Pair:
    unspent = RefreshToken.objects.filter(session=session)
    kept = unspent.order_by("-rotated_at").values("pk")[: MOST_UNSPENT - 1]
    unspent.exclude(pk__in=kept).delete()
    return _pair(person, session, RefreshToken.objects.create(session=session))


def _pair(person: User, session: Session, token: RefreshToken) -> Pair:
    key = session.session_key
    return Pair(
        access_token=sign("access", person, key),
        refresh_token=sign("refresh", person, key, token.pk),
        expires_in=settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN,
    )
