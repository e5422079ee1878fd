"""Sessions in PostgreSQL that keep what parallel requests of the same session have written.

They know when their person proved who they are, and when a session ends for good.
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
"""Where a session keeps the time of its sign-in; only a sign-in writes it."""
PROOFS = "account_authentication_methods"
"""Where allauth keeps `[{method, at, …}]`: each password and factor shown in the session."""

Content = dict[str, Any]
Readable = SessionBase | Mapping[str, Any]


class SessionStore(db.SessionStore):
    """Writes only what this request has changed: tokens are renewed beside every other step."""

    _read: Content | None = None

    def load(self) -> Content:
        """Nothing, as for an expired session, once the sign-in is too long ago."""
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
    """What is found by now, with the changes made to what was read."""
    result = {key: value for key, value in found.items() if key in ours or key not in read}
    for key, value in ours.items():
        before, now = read.get(key), found.get(key)
        if isinstance(value, dict) and isinstance(before, dict) and isinstance(now, dict):
            result[key] = merged(before, now, value)
        elif key not in read or value != before:
            result[key] = value
    return result


def signed_in_at(session: Readable) -> float:
    """Seconds since the epoch; 0, too long ago for anything, where no sign-in was recorded."""
    return float(session.get(SIGNED_IN_AT) or _latest(session))


def last_proof_at(session: Readable) -> float:
    """The sign-in or a later confirmation of it; seconds since the epoch."""
    return max(signed_in_at(session), _latest(session))


def is_recent(proved_at: float) -> bool:
    return bool(time.time() - proved_at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def is_too_old(session: Readable) -> bool:
    """Signed in so long ago that no use of the session keeps it alive."""
    age = time.time() - signed_in_at(session)
    is_signed_in = session.get(SESSION_KEY) is not None
    return bool(is_signed_in and age > settings.AUTH_SESSION_ABSOLUTE_LIFETIME.total_seconds())


def newest_of_each_kind(proofs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One proof per kind, in order: somebody who confirms often must not grow the session."""
    newest = {_kind(proof): proof for proof in proofs}
    return sorted(newest.values(), key=_at)


def _latest(session: Readable) -> float:
    return max(map(_at, session.get(PROOFS, [])), default=0.0)


def _at(proof: dict[str, Any]) -> float:
    return float(proof.get("at", 0))


def _kind(proof: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(proof.get(name) for name in ("method", "type", "reauthenticated", "passwordless"))
