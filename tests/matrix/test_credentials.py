"""Every route with every kind of credential, on committed transactions: none fails.

A test's own transaction would hide a lock or a tenant context that a request takes without one.
"""

import json
from collections import Counter
from datetime import timedelta
from itertools import cycle
from typing import Any

import pytest
from django.db import connection
from django.urls import get_resolver
from django.utils import timezone
from pytest_django import Settings

from core.api.transactions import OneTransaction
from identity.models import PersonalToken
from identity.services.personal_tokens import create_token
from tests.matrix.asks import ASKS, METHODS, Ask, answers, one_each, view_of
from tests.matrix.credentials import (
    HALF,
    LET_IN,
    NOTHING,
    PASSWORD,
    READ_AND_WRITE,
    REFUSED,
    WHOLE,
)
from tests.matrix.places import Place, World
from tests.support.actors import by
from tests.support.cast import Client, person
from tests.support.clerk_peer import switched_on
from tests.support.credentials import identify
from tests.support.databases import CommittedDatabase
from tests.support.rights import filled
from tests.test_architecture import routes

ACCOUNT = ("api/auth/", "api/webhooks/")
BODIES: dict[str, dict[str, Any]] = {
    "/api/auth/register": {"email": "new@example.com", "password": "Tr0ub4dor and 3"},
    "/api/auth/login": {"email": "ada@example.com", "password": PASSWORD},
    "/api/auth/refresh": {"refresh_token": "x"},
    "/api/auth/me": {"name": "Ada L.", "password": "wrong"},
    "/api/auth/email/verify": {"code": "123456"},
    "/api/auth/password/forgot": {"email": "ada@example.com"},
    "/api/auth/password/reset": {"key": "x", "password": "Tr0ub4dor and 3"},
    "/api/auth/password/change": {"current_password": "wrong", "new_password": "Tr0ub4dor 3"},
    "/api/auth/tokens": {"name": "CI", "password": PASSWORD},
    "/api/auth/reauthenticate": {"password": PASSWORD},
    "/api/auth/mfa/verify": {"code": "123456"},
    "/api/auth/mfa/totp/activate": {"code": "123456"},
}
IN_ORDER = ("filter", "attachment", "comment", "task", "label", "project", "workspace")
"""Ended in this order, so that what comes first is still there."""


def account_asks() -> list[Ask]:
    """What an account answers, an id that is nobody's in the path."""
    found = {
        (method, "/" + path.replace("<int:", "<").replace("<str:", "<"))
        for path, view in routes(get_resolver().url_patterns)
        if path.startswith(ACCOUNT)
        for method in METHODS
        if answers(view, method)
    }
    named = [(method, path.replace("<", "{").replace(">", "}")) for method, path in sorted(found)]
    return [Ask(method, path, "account", "-", 0, 0) for method, path in named]


def everything() -> list[Ask]:
    """What any code answers, the asks that end something last."""
    asks = [*one_each(ASKS), *account_asks()]
    return sorted(
        asks,
        key=lambda ask: (ask.path.endswith("logout"), ask.method == "DELETE", _rank(ask)),
    )


def one_per_view() -> list[Ask]:
    """One read and one write that each view answers."""
    found: dict[Any, Ask] = {}
    for ask in everything():
        found.setdefault((view_of(ask).cls, ask.method == "GET"), ask)
    return list(found.values())


def reads_of_views() -> list[Ask]:
    return [ask for ask in one_per_view() if ask.method == "GET"]


def asked_by(name: str) -> list[Ask]:
    """Of each view what the scope of the credential is for; of the rest, every other code."""
    if name in WHOLE:
        half, of_views = everything()[WHOLE.index(name) :: len(WHOLE)], one_per_view()
        return [ask for ask in everything() if ask in half or ask in of_views]
    if name in ("personal token, read", "token of Clerk's"):
        return reads_of_views()
    if name == "personal token, write":
        return [ask for ask in one_per_view() if ask.method != "GET"]
    return one_per_view()


def _rank(ask: Ask) -> int:
    return IN_ORDER.index(ask.about) if ask.about in IN_ORDER else len(IN_ORDER)


def test_the_routes_of_accounts_are_found_and_asked() -> None:
    assert len(account_asks()) > 40
    assert {ask for name in WHOLE for ask in asked_by(name)} == {*everything()}


def test_a_personal_token_needs_no_transaction_to_be_opened(
    committed_db: CommittedDatabase,
) -> None:
    ada = person("ada")
    text = create_token(actor=by(ada), name="CI", scopes=["read"])[1]
    assert identify(text)[0] == ada
    assert PersonalToken.objects.get().last_used_at is not None


def test_whoever_comes_with_a_credential_is_served_in_one_transaction() -> None:
    """The exchange of a session is none: what it begins outlives its refusal."""
    outside = {
        view.cls.__name__
        for _, view in routes(get_resolver().url_patterns)
        if reads_credentials(view) and not issubclass(view.cls, OneTransaction)
    }
    assert outside == {"ExchangeSession"}


def reads_credentials(view: Any) -> bool:
    declared = getattr(getattr(view, "cls", None), "authentication_classes", ())
    return bool(getattr(view, "initkwargs", {}).get("authentication_classes", declared))


@pytest.mark.parametrize("name", LET_IN)
def test_no_route_fails_who_is_let_in(
    committed_db: CommittedDatabase, world: World, settings: Settings, name: str
) -> None:
    asks = [(ask, None) for ask in asked_by(name)]
    lately = [(ask, timedelta(minutes=2)) for ask in reads_of_views() if name == READ_AND_WRITE]
    ids = named_in(world.own)
    with switched_on(settings):
        client = LET_IN[name](world.people["ada"])
        told = {
            (f"{ask.method} {ask.path}", used): status(client, ask, ids, used)
            for ask, used in [*lately, *asks]
        }
    assert {asked: told for asked, told in told.items() if told >= 500} == {}
    assert len(Counter(told.values())) > 1


def test_no_route_fails_who_is_refused(
    committed_db: CommittedDatabase, world: World, settings: Settings
) -> None:
    ids = named_in(world.own)
    with switched_on(settings):
        clients = {name: issue(world.people["ada"]) for name, issue in REFUSED.items()}
        told = {
            (name, f"{ask.method} {ask.path}"): status(clients[name], ask, ids)
            for name, ask in by_turns()
        }
    assert {asked: told for asked, told in told.items() if told >= 500} == {}
    assert set(told.values()) > {200, 401}


def by_turns() -> list[tuple[str, Ask]]:
    """Every code without a credential and with one of the others, every account with half of one.

    What is refused is refused before the view, so which of them it meets makes no difference.
    """
    others = cycle([name for name in REFUSED if name != NOTHING])
    asked = [(name, ask) for ask in everything() for name in (NOTHING, next(others))]
    return list(dict.fromkeys([*asked, *((HALF, ask) for ask in account_asks())]))


def named_in(place: Place) -> dict[str, Any]:
    assert not connection.in_atomic_block
    account = dict.fromkeys(("device_id", "key_id", "account_id"), "1")
    return {**place.ids, **account, "pk": place.ids["task"]}


def status(client: Client, ask: Ask, ids: dict[str, Any], used: timedelta | None = None) -> int:
    """Asked for the first time with a personal token, or so long after the last time."""
    client.raise_request_exception = False
    last = None if used is None else timezone.now() - used
    PersonalToken.objects.update(last_used_at=last)
    body = None
    if ask.method != "GET":
        body = filled(ask.body or BODIES.get(ask.path, {}), ids)
    response: Any = client.generic(
        ask.method, ask.path.format(**ids), json.dumps(body), "application/json"
    )
    return int(response.status_code)
