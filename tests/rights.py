"""Tables of rights: a line for every action, a column for every person."""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.urls import get_resolver

from core.api.viewsets import ServiceViewSet
from tests.cast import Cast, client_of

PEOPLE = ("nobody", "sam", "gus", "moe", "max", "lea", "pia", "ada")
HEADING = re.compile(r"\s*" + r"\s+".join(PEOPLE))

Row = tuple[str, str, dict[str, int]]


def rows(table: str) -> list[Row]:
    """`METHOD /path/{thing} 401 403 …` as (method, path, {person: status})."""
    heading, *lines = filter(None, table.splitlines())
    assert HEADING.fullmatch(heading)
    return [_row(*line.split()) for line in lines]


def answers(cast: Cast, method: str, path: str, body: Any, **named: object) -> dict[str, int]:
    """What each person gets for the same request, each time on untouched data."""
    path, body = path.format(**named), filled(body, named)
    return {who: _answer(getattr(cast, who, None), method, path, body) for who in PEOPLE}


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
    return {f"{m} {re.sub('{[^}]+}', '*', path)}" for table in tables for m, path, _ in table}


def _row(method: str, path: str, *statuses: str) -> Row:
    return method, path, dict(zip(PEOPLE, map(int, statuses), strict=True))


def _answer(person: Any, method: str, path: str, body: Any) -> int:
    with transaction.atomic():
        response = client_of(person).generic(
            method, path, "" if body is None else json.dumps(body), content_type="application/json"
        )
        transaction.set_rollback(True)
    if response.status_code == 403:
        assert {"required", "you_have"} <= response.json().keys()
    return int(response.status_code)


def _routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from _routes(pattern.url_patterns, route)
        elif issubclass(getattr(pattern.callback, "cls", object), ServiceViewSet):
            yield route, pattern.callback
