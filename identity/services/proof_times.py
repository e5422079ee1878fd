"""When the person of a session proved who they are, and when such a session ends for good."""

import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase

SIGNED_IN_AT = "signed_in_at"
"""Where a session keeps the time of its sign-in; only a sign-in writes it."""
PROOFS = "account_authentication_methods"
"""Where allauth keeps `[{method, at, …}]`: each password and factor shown in the session."""

Content = SessionBase | Mapping[str, Any]


def signed_in_at(session: Content) -> float:
    """Seconds since the epoch; 0, too long ago for anything, where no sign-in was recorded."""
    return float(session.get(SIGNED_IN_AT) or _latest(session))


def last_proof_at(session: Content) -> float:
    """The sign-in or a later confirmation of it; seconds since the epoch."""
    return max(signed_in_at(session), _latest(session))


def is_recent(proved_at: float) -> bool:
    return bool(time.time() - proved_at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def is_too_old(session: Content) -> bool:
    """Signed in so long ago that no use of the session keeps it alive."""
    age = time.time() - signed_in_at(session)
    is_signed_in = session.get(SESSION_KEY) is not None
    return bool(is_signed_in and age > settings.AUTH_SESSION_ABSOLUTE_LIFETIME.total_seconds())


def newest_of_each_kind(proofs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One proof per kind, in order: somebody who confirms often must not grow the session."""
    newest = {_kind(proof): proof for proof in proofs}
    return sorted(newest.values(), key=_at)


def _latest(session: Content) -> float:
    return max(map(_at, session.get(PROOFS, [])), default=0.0)


def _at(proof: dict[str, Any]) -> float:
    return float(proof.get("at", 0))


def _kind(proof: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(proof.get(name) for name in ("method", "type", "reauthenticated", "passwordless"))
