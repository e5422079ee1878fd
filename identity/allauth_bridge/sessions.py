"""Running allauth's flows in the session of a token instead of that of the cookie."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.http import HttpRequest

from accounts.models import User
from core.errors import Unauthenticated
from identity.allauth_bridge.internals import Client, exceptions, headless, sessionkit
from identity.credentials import ReauthenticationRequired


class InvalidSessionToken(Unauthenticated):
    message = "This session token is not valid (any more): sign in again."


@contextmanager
def in_new_session(request: HttpRequest) -> Iterator[HttpRequest]:
    """Run allauth's flows in a new session, whatever credentials the request has."""
    with _in_session(request, sessionkit.new_session()):
        yield request


@contextmanager
def in_session(request: HttpRequest, session_key: str) -> Iterator[HttpRequest]:
    """Run allauth's flows in this session, which is saved at the end, even after a refusal."""
    session = sessionkit.lookup_session(session_key)
    if session is None:
        raise InvalidSessionToken
    with _in_session(request, session):
        yield request


def as_api(request: HttpRequest) -> None:
    """Have allauth answer no pages; as a "browser", for which it issues no tokens of its own."""
    headless.mark_request_as_headless(request, Client.BROWSER)


def person_of(request: HttpRequest) -> User:
    """The person of the session; Unauthenticated without one."""
    if not isinstance(request.user, User):
        raise Unauthenticated
    return request.user


def save(session: SessionBase) -> None:
    """Save a changed session; InvalidSessionToken if it has ended meanwhile."""
    if session.modified and not session.is_empty():
        try:
            session.save()
        except UpdateError as ended:
            raise InvalidSessionToken from ended
        session.modified = False


@contextmanager
def _in_session(request: HttpRequest, session: SessionBase) -> Iterator[None]:
    own = request.session, request.user
    as_api(request)
    request.session = session
    request.user = get_user(request)
    try:
        yield
    except exceptions.ReauthenticationRequired as demand:
        raise ReauthenticationRequired from demand
    finally:
        try:
            save(request.session)
        finally:
            request.session, request.user = own
            # A sign-in renews the CSRF cookie, which clients without cookies do not need.
            request.META["CSRF_COOKIE_NEEDS_UPDATE"] = False
