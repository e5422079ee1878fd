"""Proving once more that it is really the person: what a stolen token must not do alone."""

import time
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from rest_framework.request import Request

from accounts.allauth_internals import AUTHENTICATION_METHODS_SESSION_KEY
from accounts.authentication import Credential
from accounts.limits import neighbourhood
from accounts.models import User
from accounts.recovery import prove_password
from accounts.tokens import SIGNED_IN_AT
from core.errors import Forbidden


class ReauthenticationRequired(Forbidden):
    message = "Sign in again, or send your current password."


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
    session = _session_of(request)
    proofs: list[dict[str, Any]] = session.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    latest = max([session.get(SIGNED_IN_AT, 0), *[proof.get("at", 0) for proof in proofs]])
    return bool(time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def _session_of(request: Request) -> SessionBase:
    if isinstance(request.auth, Credential):
        return SessionStore(request.auth.session_key)
    session: SessionBase = request.session
    return session
