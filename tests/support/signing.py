"""Real sessions and real tokens for people who need not sign in first."""

import time

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.utils.crypto import get_random_string

from accounts.models import User
from identity.services.session_store import SIGNED_IN_AT
from identity.services.tokens import Pair, issue, sign

AN_HOUR = 3600
BACKEND = f"{AuthenticationBackend.__module__}.{AuthenticationBackend.__name__}"


def access_token_for(user: User) -> str:
    """Open a session an hour old and return an access token of it. No password hashing."""
    return sign("access", user, _session_of(user, age=AN_HOUR))


def token_pair_for(user: User) -> Pair:
    """Sign in and return the first pair of tokens."""
    pair = issue(user, _session_of(user, age=0))
    assert pair is not None
    return pair


def _session_of(user: User, *, age: int) -> str:
    """The key of a new session, in one statement; `SessionStore.create` takes six."""
    content = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: BACKEND,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        SIGNED_IN_AT: time.time() - age,
    }
    store = SessionStore()
    row = Session(
        session_key=get_random_string(32, VALID_KEY_CHARS),
        session_data=store.encode(content),
        expire_date=store.get_expiry_date(),
    )
    row.save(force_insert=True)
    return str(row.session_key)
