"""The live session behind every token: opened in one query, ended in two."""

from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS, connection
from django.utils.crypto import constant_time_compare
from psycopg import sql

from accounts.models import User
from core import context, sealing

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
_store = SessionStore()


class Opened(NamedTuple):
    """Who is let in, and the workspaces of theirs in which they have never read anything."""

    person: User
    unopened: frozenset[UUID]


def open_session(session_key: str, person_id: UUID) -> Opened | None:
    """The person whose session is alive and still theirs. One query.

    Inside a transaction it also sets the tenant context; outside there is nothing to set it for.
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


def open_known(external_id: str) -> Opened | None:
    """The person a provider knows by this id, if they may come in; sets the tenant context, too."""
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, (external_id,))
        row = cursor.fetchone()
    if row is None:
        return None
    person = User.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row[: len(_COLUMNS)])
    return Opened(person, frozenset(row[-1] or ()))


@lru_cache(maxsize=4096)
def _is_owned(session_data: str, person_id: UUID, password: str) -> bool:
    """`belongs_to` for what a row holds; the same row is read with every request of a device."""
    return belongs_to(_store.decode(session_data), User(pk=person_id, password=password))


def belongs_to(session: dict[str, Any], person: User) -> bool:
    """The session is this person's, opened with the password they have now."""
    return session.get(SESSION_KEY) == str(person.pk) and constant_time_compare(
        session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()
    )


def end_session(session_key: str) -> None:
    """Log this device out: its tokens are dead with the next request."""
    Session.objects.filter(session_key=session_key).delete()
    UserSession.objects.filter(session_key=session_key).delete()


def end_sessions_of(person: User, *, but: str | None = None) -> None:
    """Log out every device of a person, or every one but this session's."""
    devices = UserSession.objects.filter(user=person).exclude(session_key=but or "")
    Session.objects.filter(session_key__in=devices.values("session_key")).delete()
    devices.delete()


def seal(session_key: str) -> str:
    """A session token: the bare key would also work as a cookie, which opens the pages."""
    return sealing.seal("session-token", session_key)


def unseal(session_token: str) -> str | None:
    return sealing.unseal("session-token", session_token)
