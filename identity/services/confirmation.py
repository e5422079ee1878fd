"""Proving once more that it is really the person: what a stolen token must not do alone."""

from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from rest_framework.request import Request

from accounts.models import User
from core.limits import neighbourhood
from identity.credentials import Credential, ReauthenticationRequired
from identity.services.proof_times import is_recent, last_proof_at
from identity.services.recovery import prove_password


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
        return is_recent(request.auth.proved_at or 0)
    return is_recent(last_proof_at(_session_of(request)))


def _session_of(request: Request) -> SessionBase:
    if isinstance(request.auth, Credential):
        return SessionStore(request.auth.session_key)
    session: SessionBase = request.session
    return session
