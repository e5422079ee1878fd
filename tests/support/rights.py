"""Tables of rights: a line for every action, a column for every person."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import get_resolver

from comments.rights import COMMENT_ABILITIES
from core.api.viewsets import ServiceViewSet
from core.rights import RIGHTS
from projects.rights import PROJECT_ABILITIES
from tasks.rights import TASK_ABILITIES
from tests.support.cast import Cast, Client, client_of
from workspaces.rights import WORKSPACE_ABILITIES

PEOPLE = ("nobody", "sam", "gus", "moe", "max", "lea", "pia", "ada")
HEADING = re.compile(r"\s*" + r"\s+".join(PEOPLE))

ABILITIES = {
    "workspace": WORKSPACE_ABILITIES,
    "project": PROJECT_ABILITIES,
    "task": TASK_ABILITIES,
    "comment": COMMENT_ABILITIES,
}
"""By kind of object."""

BESIDE_THE_TABLE = ("workspace:owner", "invited_address")
"""What may be required that is no right of a role."""

Row = tuple[str, str, dict[str, int]]


def rows(table: str) -> list[Row]:
    """`METHOD /path/{thing} 401 403 …` as (method, path, {person: status})."""
    heading, *lines = filter(None, table.splitlines())
    assert HEADING.fullmatch(heading)
    return [_row(*line.split()) for line in lines]


def each(table: list[Row]) -> pytest.MarkDecorator:
    """Decorate a test to run for every line of the table, as `row`."""
    return pytest.mark.parametrize("row", table, ids=[f"{m} {path}" for m, path, _ in table])


def check(cast: Cast, row: Row, body: Any, **named: Any) -> None:
    """Everybody gets what the line says for the same request, each on untouched data.

    Rows, or other ids, stand in path and body by their name: `{task}`; people, workspace and
    project always.
    """
    method, path, expected = row
    ids = {name: getattr(value, "pk", value) for name, value in {**vars(cast), **named}.items()}
    clients = {who: client_of(getattr(cast, who, None)) for who in PEOPLE}
    found = {who: outcome(client, method, path, body, ids) for who, client in clients.items()}
    assert found == expected


def filled(body: Any, named: dict[str, object]) -> Any:
    """The body with `{thing}` replaced in its strings."""
    if isinstance(body, dict):
        return {key: filled(value, named) for key, value in body.items()}
    if isinstance(body, list):
        return [filled(value, named) for value in body]
    return body.format(**named) if isinstance(body, str) else body


def routes_of(app: str) -> set[str]:
    """Every `METHOD /path/*` the app's viewsets answer."""
    return {
        f"{method.upper()} /{re.sub('<[^>]+>', '*', route)}"
        for route, view in _routes(get_resolver().url_patterns)
        if view.cls.__module__.startswith(f"{app}.")
        for method in view.actions
        if method != "head"
    }


def routes_in(*tables: list[Row]) -> set[str]:
    """The same of tables of rights."""
    return {
        f"{method} {re.sub('{[^}]+}', '*', path.partition('?')[0])}"
        for table in tables
        for method, path, _ in table
    }


def _row(method: str, path: str, *statuses: str) -> Row:
    return method, path, dict(zip(PEOPLE, map(int, statuses), strict=True))


def outcome(client: Client, method: str, path: str, body: Any, named: dict[str, Any]) -> int:
    """The status of the request, whose effects are undone; a refusal says what is missing."""
    sent = "" if body is None else json.dumps(filled(body, named))
    with transaction.atomic():
        response = client.generic(method, path.format(**named), sent, "application/json")
        transaction.set_rollback(True)
    if response.status_code == 403:
        refusal = response.json()
        assert refusal["required"] in {*RIGHTS, *BESIDE_THE_TABLE}
        assert isinstance(refusal["you_have"], list)
    return int(response.status_code)


def _routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, route)
        elif issubclass(getattr(pattern.callback, "cls", object), ServiceViewSet):
            yield route, pattern.callback
