"""Sessions in PostgreSQL that keep what parallel requests of the same session have written."""

from copy import deepcopy
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import transaction

from identity.services.proof_times import is_too_old

Content = dict[str, Any]


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
