"""The sessions to which tokens belong, opened with one query."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.utils.crypto import constant_time_compare
from psycopg import sql

from accounts.models import User
from core import context, sealing
from core.actor import Actor
from core.events import publish
from identity.events import AllSessionsEnded, SessionEnded

_COLUMNS = [field.attname for field in User._meta.concrete_fields]
_SESSION = (
    "SELECT s.session_data, {} FROM django_session s JOIN accounts_user u ON u.id = %s"
    " WHERE s.session_key = %s AND s.expire_date > now()"
    " AND u.is_active AND u.deleted_at IS NULL"
)
_BY_PROVIDER = (
    "SELECT {} FROM accounts_user u"
    " WHERE u.external_id = %s AND u.is_active AND u.deleted_at IS NULL"
)
_PERSON = sql.SQL(", ").join(sql.Identifier("u", name) for name in _COLUMNS).as_string(None)
_SHOWN = _SESSION.format(_PERSON)
_OPENING = _SESSION.format(f"{_PERSON}, {context.context_columns('u.id')}")
_KNOWN = _BY_PROVIDER.format(f"{_PERSON}, {context.context_columns('u.id')}")
_FINGERPRINTS = (
    "SELECT s.session_key, md5(s.session_data || u.password)"
    " FROM unnest(%s::text[], %s::uuid[]) AS asked (session_key, person)"
    " JOIN django_session s ON s.session_key = asked.session_key"
    " JOIN accounts_user u ON u.id = asked.person"
    " WHERE s.expire_date > now() AND u.is_active AND u.deleted_at IS NULL"
)
_store = SessionStore()


class Opened(NamedTuple):
    """The person, and the ids of their workspaces in which they have never read anything."""

    person: User
    unopened: frozenset[UUID]


def open_session(session_key: str, person_id: UUID) -> Opened | None:
    """The active person of a session that has not expired; None otherwise. One query.

    In a transaction it also sets the tenant context, which would not outlast the query outside.
    """
    is_opening = connection.in_atomic_block
    with connection.cursor() as cursor:
        cursor.execute(_OPENING if is_opening else _SHOWN, (person_id, session_key))
        row = cursor.fetchone()
    if row is None:
        return None
    person = User.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row[1 : len(_COLUMNS) + 1])
    if _is_owned(row[0], person.pk, person.password):
        return Opened(person, frozenset((is_opening and row[-1]) or ()))
    if is_opening:
        context.show_nothing()
    return None


def fingerprints(sessions: Mapping[str, UUID]) -> dict[str, str]:
    """Of sessions, given with their person, those that have not ended; one query.

    As long as a fingerprint is the same, `open_session` would have the same result.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINTS, (list(sessions), list(sessions.values())))
        return dict(cursor.fetchall())


def open_known(external_id: str) -> Opened | None:
    """The active person with this id of a provider; also sets the tenant context. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, (external_id,))
        row = cursor.fetchone()
    if row is None:
        return None
    person = User.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row[: len(_COLUMNS)])
    return Opened(person, frozenset(row[-1] or ()))


@lru_cache(maxsize=4096)
def _is_owned(session_data: str, person_id: UUID, password: str) -> bool:
    """`belongs_to` of an encoded session; cached, as all requests of a device read the same."""
    return belongs_to(_store.decode(session_data), User(pk=person_id, password=password))


def belongs_to(session: dict[str, Any], person: User) -> bool:
    """Whether the session is this person's, and began with their present password."""
    return session.get(SESSION_KEY) == str(person.pk) and constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()
    )


@transaction.atomic
def end_session(session_key: str, *, reason: str = "") -> None:
    """Sign this device out: its tokens are refused from the next request on.

    By its person, or by the system for a `reason`.
    """
    Session.objects.filter(session_key=session_key).delete()
    devices = UserSession.objects.filter(session_key=session_key)
    device = devices.select_related("user").first()
    if device is not None and devices.delete()[0]:
        actor = Actor.system(reason) if reason else Actor(user=device.user)
        publish(SessionEnded(actor=actor, person=device.user, device_id=device.pk))


def end_sessions_of(person: User, *, actor: Actor, but: str | None = None) -> None:
    """Sign out all devices of a person, except that of the session `but`."""
    devices = UserSession.objects.filter(user=person).exclude(session_key=but or "")
    Session.objects.filter(session_key__in=devices.values("session_key")).delete()
    if devices.delete()[0]:
        publish(AllSessionsEnded(actor=actor, person=person, one_kept=but is not None))


def seal(session_key: str) -> str:
    """A session token; the key itself could be used as a cookie."""
    return sealing.seal("session-token", session_key)


def unseal(session_token: str) -> str | None:
    return sealing.unseal("session-token", session_token)
