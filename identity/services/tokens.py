"""Access and refresh tokens: JWTs that live and die with one session row."""

import base64
import time
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, lru_cache
from typing import Any, Literal, TypedDict
from uuid import UUID

import jwt
from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from core.errors import Unauthenticated
from identity.allauth_bridge.internals import (
    JWTTokenStrategy,
    create_token,
    get_authorization_credential,
    lookup_session,
    session_key_from_sid,
    session_key_to_sid,
)
from identity.services.proof_times import is_too_old
from identity.services.sessions import belongs_to, end_session, seal, seen_again, unseal

Use = Literal["access", "refresh"]
MOST_CHARACTERS = 4096
REFRESHABLE = "refreshable"
"""Where a session keeps `{id: {expires, previous, rotated_at}}` of its unused refresh tokens."""
MOST_REFRESHABLE = 5
"""Unused refresh tokens of one session; another one voids the oldest."""
_REQUIRED = ["exp", "iat", "iss", "aud", "sub", "sid", "jti", "token_use"]


class Pair(TypedDict):
    access_token: str
    refresh_token: str
    expires_in: int


class InvalidToken(Unauthenticated):
    message = "This token is not valid."


class TokenExpired(InvalidToken):
    message = "This token has expired."


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    id: str
    use: str
    person_id: UUID
    session_key: str
    expires_at: int


def sign(use: Use, person: User, session_key: str) -> tuple[str, dict[str, Any]]:
    """A token and what it says."""
    lifetimes = {
        "access": settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN,
        "refresh": settings.HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN,
    }
    token, claims = create_token(
        use,
        sub=str(person.pk),
        sid=session_key_to_sid(session_key),
        claims={"iss": settings.AUTH_JWT_ISSUER, "aud": settings.AUTH_JWT_AUDIENCE},
        expires_in=lifetimes[use],
    )
    return token, claims


def read(token: str, use: Use, *, even_expired: bool = False) -> Claims:
    """What a token of ours says, or InvalidToken; whether its session lives is another question."""
    if len(token) > MOST_CHARACTERS:
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
    session_key = session_key_from_sid(str(decoded["sid"]))
    if not session_key:
        raise InvalidToken
    return Claims(
        id=decoded["jti"],
        use=decoded["token_use"],
        person_id=UUID(decoded["sub"]),
        session_key=session_key,
        expires_at=int(decoded["exp"]),
    )


def issue(person: User, session: SessionBase) -> Pair:
    """The first pair of a session; the caller saves the session."""
    if session.session_key is None:
        session.save()
    pair, entry = _pair(person, str(session.session_key))
    session[REFRESHABLE] = _newest(session.get(REFRESHABLE, {}) | entry)
    return pair


@transaction.atomic
def exchange(person: User, session_key: str) -> Pair | None:
    """Another pair of a session, which gets neither younger nor a longer life; None if it ended."""
    row = Session.objects.select_for_update(no_key=True).filter(pk=session_key).first()
    session = row.get_decoded() if row else {}
    if row is None or not belongs_to(session, person):
        return None
    if is_too_old(session):
        end_session(session_key)
        return None
    pair, entry = _pair(person, session_key)
    session[REFRESHABLE] = _newest(session.get(REFRESHABLE, {}) | entry)
    row.session_data = Session.objects.encode(session)
    row.save(update_fields=["session_data"])
    return pair


def carry_over(person: User, session_key: str) -> Pair | None:
    """The pair with which a session goes on under a new password; None if it has ended."""
    row = Session.objects.select_for_update(no_key=True).filter(pk=session_key).first()
    if row is None:
        return None
    pair, entry = _pair(person, session_key)
    session = row.get_decoded() | {HASH_SESSION_KEY: person.get_session_auth_hash()}
    row.session_data = Session.objects.encode(session | {REFRESHABLE: entry})
    row.save(update_fields=["session_data"])
    return pair


def rotate(refresh_token: str) -> Pair | None:
    """Spend a refresh token for a new pair; None where it is not, or no longer, good."""
    try:
        claims = read(refresh_token, "refresh")
    except InvalidToken:
        return None
    return _rotate(claims)


@transaction.atomic
def _rotate(claims: Claims) -> Pair | None:
    rows = Session.objects.select_for_update(no_key=True).filter(expire_date__gt=timezone.now())
    row = rows.filter(pk=claims.session_key).first()
    person = User.objects.active().filter(pk=claims.person_id).first()
    if row is None or person is None:
        return None
    session = row.get_decoded()
    refreshable = session.get(REFRESHABLE, {})
    if not belongs_to(session, person) or _was_just_spent(claims, refreshable):
        return None
    if claims.id not in refreshable or is_too_old(session):
        end_session(claims.session_key)
        return None
    pair, entry = _pair(person, claims.session_key, previous=claims.id)
    session[REFRESHABLE] = _newest(_unspent(refreshable, claims) | entry)
    row.session_data = Session.objects.encode(session)
    row.expire_date = timezone.now() + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    row.save(update_fields=["session_data", "expire_date"])
    seen_again(claims.session_key)
    return pair


def _was_just_spent(claims: Claims, refreshable: dict[str, Any]) -> bool:
    """Spent seconds ago and its successor still unused: two tabs, or an answer that got lost."""
    since = time.time() - settings.AUTH_REFRESH_REUSE_GRACE.total_seconds()
    return any(
        entry["previous"] == claims.id and entry["rotated_at"] >= since
        for entry in refreshable.values()
    )


def _unspent(refreshable: dict[str, Any], spent: Claims) -> dict[str, Any]:
    return {id_: entry for id_, entry in refreshable.items() if id_ != spent.id}


def _newest(refreshable: dict[str, Any]) -> dict[str, Any]:
    """Those that have not expired, and of them so many that the session stays small."""
    now = time.time()
    alive = [pair for pair in refreshable.items() if pair[1]["expires"] > now]
    alive.sort(key=lambda pair: float(pair[1]["rotated_at"]))
    return dict(alive[-MOST_REFRESHABLE:])


def _pair(
    person: User, session_key: str, previous: str | None = None
) -> tuple[Pair, dict[str, Any]]:
    access, _ = sign("access", person, session_key)
    refresh, claims = sign("refresh", person, session_key)
    entry = {"expires": claims["exp"], "previous": previous, "rotated_at": time.time()}
    lifetime = settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN
    return Pair(access_token=access, refresh_token=refresh, expires_in=lifetime), {
        claims["jti"]: entry
    }


class TokenStrategy(JWTTokenStrategy):
    """Pins issuer and audience, makes refresh tokens single-use and never shows a session key."""

    def get_session_token(self, request: HttpRequest) -> str | None:
        if sealed := request.headers.get("X-Session-Token"):
            return str(sealed)
        token = get_authorization_credential(request, "Bearer")
        try:
            return seal(read(token, "access").session_key) if token else None
        except InvalidToken:
            return None

    def create_session_token(self, request: HttpRequest) -> str:
        return seal(super().create_session_token(request))

    def lookup_session(self, session_token: str) -> SessionBase | None:
        session_key = unseal(session_token)
        session: SessionBase | None = lookup_session(session_key) if session_key else None
        return session

    def create_access_token(self, request: HttpRequest) -> str | None:
        payload = self.create_access_token_payload(request)
        return payload["access_token"] if payload else None

    def create_access_token_payload(self, request: HttpRequest) -> Pair | None:
        person = request.user
        return issue(person, request.session) if isinstance(person, User) else None

    def refresh_token(self, refresh_token: str) -> tuple[str, str] | None:
        pair = rotate(refresh_token)
        return (pair["access_token"], pair["refresh_token"]) if pair else None
