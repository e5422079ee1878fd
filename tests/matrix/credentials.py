"""Every kind of credential somebody may come with; all of them were issued to Ada."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from identity.models import PersonalToken
from identity.services.personal_tokens import create_token, revoke_token
from tests.matrix.people import bearing
from tests.support import clerk_peer
from tests.support.actors import by
from tests.support.cast import Client
from tests.support.factors import give_app
from tests.support.signing import access_token_for, token_pair_for
from workspaces.models import Membership

PASSWORD = "correct horse"
Issue = Callable[[User], Client]


def _session(ada: User) -> Client:
    return bearing(access_token_for(ada))


def _refresh_token(ada: User) -> Client:
    return bearing(token_pair_for(ada)["refresh_token"])


def _personal(*scopes: str, **facts: Any) -> Issue:
    def issue(ada: User) -> Client:
        return bearing(create_token(actor=by(ada), name="CI", scopes=scopes, **facts)[1])

    return issue


def _bound(ada: User) -> Client:
    workspaces = Membership.objects.filter(user=ada).values_list("workspace_id", flat=True)
    return _personal("read", "write", workspace_ids=list(workspaces))(ada)


def _expired(ada: User) -> Client:
    token, text = create_token(actor=by(ada), name="CI", scopes=("read", "write"))
    expired = timezone.now() - timedelta(days=1)
    PersonalToken.objects.filter(pk=token.pk).update(expires_at=expired)
    return bearing(text)


def _revoked(ada: User) -> Client:
    token, text = create_token(actor=by(ada), name="CI", scopes=("read", "write"))
    revoke_token(actor=by(ada), token=token)
    return bearing(text)


def _clerk(**claims: Any) -> Issue:
    def issue(ada: User) -> Client:
        User.objects.filter(pk=ada.pk).update(external_id="user_ada")
        return bearing(clerk_peer.token(sub="user_ada", **claims))

    return issue


def _cookie(ada: User) -> Client:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ada)
    csrf_token = browser.ask("GET", "/api/auth/providers")["data"]["csrf_token"]
    browser.credentials(HTTP_X_CSRFTOKEN=csrf_token)
    return browser


def _half_signed_in(ada: User) -> Client:
    give_app(ada)
    client, body = Client(), {"email": ada.email, "password": PASSWORD}
    token = client.ask("POST", "/api/auth/login", body, status=401)["session_token"]
    client.credentials(HTTP_X_SESSION_TOKEN=token)
    return client


READ_AND_WRITE = "personal token, read and write"
LET_IN: dict[str, Issue] = {
    "access token": _session,
    "personal token, read": _personal("read"),
    "personal token, write": _personal("write"),
    READ_AND_WRITE: _personal("read", "write"),
    "personal token, bound": _bound,
    "token of Clerk's": _clerk(),
    "token of Clerk's, with an organisation": _clerk(
        o={"id": "org_1", "rol": "admin", "slg": "engines"}
    ),
    "session cookie": _cookie,
}
WHOLE = ("access token", "personal token, bound")
"""Who ask every code, one the first, the other the next; each view is asked by everybody.

The kind of a credential is known before the view.
"""
HALF, NOTHING = "half a sign-in", "nothing"
REFUSED: dict[str, Issue] = {
    "refresh token": _refresh_token,
    "personal token, expired": _expired,
    "personal token, revoked": _revoked,
    HALF: _half_signed_in,
    "garbage": lambda _: bearing("pmp_garbage"),
    NOTHING: lambda _: Client(),
}
