"""Real sessions and real tokens for people who need not sign in first."""

import time

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts.models import User
from identity.services.session_store import SIGNED_IN_AT
from identity.services.tokens import Pair, issue, sign

AN_HOUR = 3600
BACKEND = f"{AuthenticationBackend.__module__}.{AuthenticationBackend.__name__}"


def access_token_for(user: User) -> str:
    """Open a session an hour old and return an access token of it. No password hashing."""
    return sign("access", user, str(_session_of(user).session_key))


def token_pair_for(user: User) -> Pair:
    """Sign in and return the first pair of tokens."""
    session = _session_of(user)
    session[SIGNED_IN_AT] = time.time()
    session.save()
    pair = issue(user, str(session.session_key))
    assert pair is not None
    return pair


def _session_of(user: User) -> SessionStore:
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[SIGNED_IN_AT] = time.time() - AN_HOUR
    session.create()
    return session
