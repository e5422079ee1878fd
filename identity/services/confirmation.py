"""Proving once more that it is really the person: what a stolen token must not do alone."""

from django.contrib.sessions.backends.db import SessionStore

from core.actor import Actor, Credential
from identity.credentials import ReauthenticationRequired
from identity.services.proof_times import is_recent, last_proof_at
from identity.services.recovery import prove_password


def confirm(actor: Actor, password: str | None, *, origin: str) -> None:
    """Accept the current password or a sign-in of the last minutes; count what is tried.

    `origin` is the network the client asks from.
    """
    if password is None:
        if not _has_just_signed_in(actor.credential):
            raise ReauthenticationRequired
        return
    prove_password(
        person=actor.person,
        password=password,
        field="password",
        origin=origin,
    )


def _has_just_signed_in(credential: Credential) -> bool:
    if not credential.session_key:
        return is_recent(credential.proved_at or 0)
    return is_recent(last_proof_at(SessionStore(credential.session_key)))
