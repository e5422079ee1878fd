"""Proving once more that it is really the person: what a stolen token must not do alone."""

import time
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from rest_framework.request import Request

from accounts.allauth_internals import AUTHENTICATION_METHODS_SESSION_KEY
from accounts.credentials import Credential, ReauthenticationRequired
from accounts.limits import neighbourhood
from accounts.models import User
from accounts.recovery import prove_password
from accounts.tokens import SIGNED_IN_AT


def confirm(request: Request, person: User, password: str | None) -> None:
    """Accept the current password or a sign-in of the last minutes; count what is tried."""
    if password is None:
        if not _has_just_signed_in(request):
            raise ReauthenticationRequired
        return
    prove_password(
        person=person,
        password=password,
        field="password",
        origin=neighbourhood(request),
    )


def _has_just_signed_in(request: Request) -> bool:
    if isinstance(request.auth, Credential) and not request.auth.session_key:
        return _is_recent(request.auth.proved_at or 0)
    session = _session_of(request)
    proofs: list[dict[str, Any]] = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    latest = max([session.get(SIGNED_IN_AT, 0), *[proof.get("at", 0) for proof in proofs]])
    return _is_recent(latest)


def _is_recent(proved_at: float) -> bool:
    return bool(time.time() - proved_at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def _session_of(request: Request) -> SessionBase:
    if isinstance(request.auth, Credential):
        return SessionStore(request.auth.session_key)
    session: SessionBase = request.session
    return session
