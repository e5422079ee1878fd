"""Pairs of tokens: the first of a session, and each next one for a refresh token, spent once."""

from datetime import timedelta
from typing import TypedDict

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.models import uuid7
from identity.models import RefreshToken
from identity.services.proof_times import is_too_old
from identity.services.sessions import belongs_to, end_session, seen_again
from identity.services.tokens import Claims, InvalidToken, read, sign

MOST_UNSPENT = 5
"""Unspent refresh tokens of one session; another one voids the oldest."""


class Pair(TypedDict):
    access_token: str
    refresh_token: str
    expires_in: int


@transaction.atomic
def issue(person: User, session_key: str) -> Pair | None:
    """Another pair of a session, which gets neither younger nor a longer life; None if it ended."""
    session = _locked(session_key)
    if session is None or not belongs_to(session.get_decoded(), person):
        return None
    if is_too_old(session.get_decoded()):
        end_session(session_key)
        return None
    return _issued(person, session)


@transaction.atomic
def carry_over(person: User, session_key: str) -> Pair | None:
    """The pair with which a session goes on under a new password; None if it has ended."""
    session = _locked(session_key)
    if session is None:
        return None
    content = session.get_decoded() | {HASH_SESSION_KEY: person.get_session_auth_hash()}
    session.session_data = Session.objects.encode(content)
    session.save(update_fields=["session_data"])
    RefreshToken.objects.filter(session=session).delete()
    return _issued(person, session)


def rotate(refresh_token: str) -> Pair | None:
    """Spend a refresh token for a new pair; None where it is not, or no longer, good."""
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
    if is_too_old(session.get_decoded()) or not unspent.filter(pk=claims.id).update(
        id=successor, previous_id=claims.id, rotated_at=now
    ):
        # Spent seconds ago, its successor still unspent: two tabs, or an answer that got lost.
        since = now - settings.AUTH_REFRESH_REUSE_GRACE
        if not unspent.filter(previous_id=claims.id, rotated_at__gte=since).exists():
            end_session(claims.session_key)
        return None
    session.expire_date = now + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    session.save(update_fields=["expire_date"])
    seen_again(claims.session_key)
    return _pair(person, session, RefreshToken(pk=successor))


def _locked(session_key: str) -> Session | None:
    """The session, if it is alive: the tokens of one session are issued and spent one by one."""
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
