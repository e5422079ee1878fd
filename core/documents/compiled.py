"""Compiled queries: SQL that the ORM generates once; a request only binds its parameters."""

import re
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from core.actor import Actor
from core.queries import Param, filled

Shape = Callable[[QuerySet[Any]], QuerySet[Any]]
"""Orders and limits a QuerySet; hashable, because it is part of the cache key of the SQL."""


NEEDLESS = (
    (re.compile(r'"?\b(\w+)"?\."([a-z_0-9]+)"'), r"\1.\2"),
    (re.compile(r'\b(FROM|JOIN) "([a-z_0-9]+)"'), r"\1 \2"),
    (re.compile(r'(\.(\w+)) AS "\2"'), r"\1"),
    (re.compile(r"= \(%s\)"), "= %s"),
    (re.compile(r" ELSE NULL END"), " END"),
    (re.compile(r"\bINNER JOIN"), "JOIN"),
    (re.compile(r"\bLEFT OUTER JOIN"), "LEFT JOIN"),
    (re.compile(r' AS "(shown_id|shown_place|held)"'), ""),
    (re.compile(r'COUNT\(\*\) FROM \(SELECT U0\.id AS "pk" FROM'), "COUNT(*) FROM (SELECT FROM"),
    (re.compile(r"(?<!\w)\((\w+\.\w+)\)(::\w+)"), r"\1\2"),
    (re.compile(r"= \((\w+\.\w+)\)"), r"= \1"),
    (re.compile(r"(?<='), |, (?=')"), ","),
    (re.compile(r"  +"), " "),
)
"""Replacements that shorten Django's SQL without a change of meaning: quotes, aliases, defaults.

They apply inside of literals too: a literal of our templates must not contain a comma and a space.
"""


class Bound(NamedTuple):
    """SQL that selects the ids of rows, with its parameters."""

    sql: str
    params: tuple[Any, ...]


class Choice:
    """The rows that a function returns for values, such as `tasks_of(actor, project)`.

    Building and compiling a QuerySet takes longer than PostgreSQL needs to run it. So the function
    is called once per shape with a `Param` for each value, and its SQL is cached.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any]], **values: Any) -> None:
        self._rows = rows
        self._values = values

    def as_queryset(self) -> QuerySet[Any]:
        """The same rows as an ordinary QuerySet, which can be filtered further."""
        return self._rows(**self._values)

    def bound(self, shape: Shape, *columns: str) -> Bound | None:
        """The compiled SQL for this shape, with further `columns`, and the values bound to it."""
        if any(isinstance(value, Actor) and value.is_bound for value in self._values.values()):
            # For a credential bound to workspaces the SQL itself differs, not only its parameters.
            return bind(shape(self.as_queryset()), *columns)
        sql, template = _compiled(self._rows, tuple(self._values), shape, columns)
        return Bound(sql, filled(template, self._values))


def bind(rows: QuerySet[Any], *columns: str) -> Bound | None:
    """SQL for a QuerySet's ids and these columns; None if Django knows that it is empty."""
    try:
        return Bound(*rows.values("pk", *columns).query.sql_with_params())
    except EmptyResultSet:
        return None


def whole(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The shape that neither orders nor limits, for a few rows."""
    return rows


@cache
def _compiled(
    rows: Callable[..., QuerySet[Any]],
    names: tuple[str, ...],
    shape: Shape,
    columns: tuple[str, ...],
) -> tuple[str, tuple[Any, ...]]:
    chosen = shape(rows(**{name: Param(name) for name in names}))
    query = chosen.values("pk", *columns).query
    sql, params = query.sql_with_params()
    table = query.get_initial_alias()
    short = brief(sql).replace(f"FROM {table} ", f"FROM {table} c0 ", 1)
    return re.sub(rf"\b{table}\.", "c0.", short), params


def brief(sql: str) -> str:
    """The SQL shortened: psycopg caches parsed queries of up to 4096 characters only."""
    for wordy, short in NEEDLESS:
        sql = wordy.sub(short, sql)
    return sql


def select(columns: str, source: str) -> str:
    """A SELECT statement from fixed text; values must be bound as parameters, not be in it."""
    words = ["SELECT", columns, "FROM", source]
    return " ".join(words)
