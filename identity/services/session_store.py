"""Sessions in PostgreSQL that merge the changes of parallel requests.

Also the times in a session: of its sign-in, of the last proof, and when it ends for good.
"""

import time
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import transaction

SIGNED_IN_AT = "signed_in_at"
"""The key of the time of the sign-in; only a sign-in writes it."""
PROOFS = "account_authentication_methods"
"""Allauth's key of `[{method, at, …}]`: the passwords and factors proved in the session."""

Content = dict[str, Any]
Readable = SessionBase | Mapping[str, Any]


class SessionStore(db.SessionStore):
    """Saves only the keys this request has changed, as others may save at the same time."""

    _read: Content | None = None

    def load(self) -> Content:
        """The content; {}, as for an expired session, if the sign-in is too long ago."""
        loaded: Content = super().load()
        if is_too_old(loaded):
            self._session_key = None
            loaded = {}
        self._read = deepcopy(loaded)
        return loaded

    @transaction.atomic
    def save(self, *args: bool, **options: bool) -> None:
        ours: Content = dict(self.items())
        rows = Session.objects.select_for_update(no_key=True).filter(pk=self.session_key)
        if self._read is not None and (row := rows.first()):
            ours = self._session_cache = merged(self._read, row.get_decoded(), ours)
        super().save(*args, **options)
        self._read = deepcopy(ours)


def merged(read: Content, found: Content, ours: Content) -> Content:
    """The content `found` now, with the changes between `read` and `ours`."""
    result = {key: value for key, value in found.items() if key in ours or key not in read}
    for key, value in ours.items():
        before, now = read.get(key), found.get(key)
        if isinstance(value, dict) and isinstance(before, dict) and isinstance(now, dict):
            result[key] = merged(before, now, value)
        elif key not in read or value != before:
            result[key] = value
    return result


def signed_in_at(session: Readable) -> float:
    """Seconds since the epoch; 0 if no sign-in was recorded."""
    return float(session.get(SIGNED_IN_AT) or _latest(session))


def last_proof_at(session: Readable) -> float:
    """The time of the sign-in or a later reauthentication; seconds since the epoch."""
    return max(signed_in_at(session), _latest(session))


def is_recent(proved_at: float) -> bool:
    return bool(time.time() - proved_at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def is_too_old(session: Readable) -> bool:
    """Whether the sign-in is longer ago than AUTH_SESSION_ABSOLUTE_LIFETIME."""
    age = time.time() - signed_in_at(session)
    is_signed_in = session.get(SESSION_KEY) is not None
    return bool(is_signed_in and age > settings.AUTH_SESSION_ABSOLUTE_LIFETIME.total_seconds())


def newest_of_each_kind(proofs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest proof of each kind, by time, so that the session does not grow."""
    newest = {_kind(proof): proof for proof in proofs}
    return sorted(newest.values(), key=_at)


def _latest(session: Readable) -> float:
    return max(map(_at, session.get(PROOFS, [])), default=0.0)


def _at(proof: dict[str, Any]) -> float:
    return float(proof.get("at", 0))


def _kind(proof: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(proof.get(name) for name in ("method", "type", "reauthenticated", "passwordless"))
