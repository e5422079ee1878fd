"""Queries compiled once: the ORM says what is asked, a request only binds its values."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import Expression, QuerySet

from core.actor import Actor

Shape = Callable[[QuerySet[Any]], QuerySet[Any]]
"""Orders and cuts rows; hashable by what it does, so that its SQL can be kept."""


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
"""What Django writes into SQL and PostgreSQL does not need: quotes, names, words for defaults.

A literal of our own templates may therefore hold no comma followed by a space.
"""


class Bound(NamedTuple):
    """SQL that selects the ids of rows, with its values."""

    sql: str
    params: tuple[Any, ...]


class Slot(Expression):
    """Stands in a QuerySet for a value that is only known when it is read."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class Choice:
    """Rows chosen by a function of values, such as `tasks_of(actor, project)`.

    Building and compiling a QuerySet costs more than PostgreSQL needs to run it, so the
    function is called with slots, once for each shape, and its SQL is kept.
    """

    def __init__(self, rows: Callable[..., QuerySet[Any]], **values: Any) -> None:
        self._rows = rows
        self._values = values

    def as_queryset(self) -> QuerySet[Any]:
        """The same rows as an ordinary QuerySet, to be filtered further."""
        return self._rows(**self._values)

    def bound(self, shape: Shape, *columns: str) -> Bound | None:
        """The SQL of the shaped rows, with `columns` of it, and this request's values for it."""
        if any(isinstance(value, Actor) and value.is_bound for value in self._values.values()):
            # A credential bound to workspaces narrows the question itself, not only its values.
            return bind(shape(self.as_queryset()), *columns)
        sql, template = _compiled(self._rows, tuple(self._values), shape, columns)
        values = {name: _parameter(value) for name, value in self._values.items()}
        return Bound(sql, filled(template, values))


def _parameter(value: Any) -> Any:
    return value.person_id if isinstance(value, Actor) else getattr(value, "pk", value)


def filled(template: tuple[Any, ...], values: Mapping[str, Any]) -> tuple[Any, ...]:
    """The parameters of compiled SQL with the values in place of their slots."""
    return tuple(values[param.name] if isinstance(param, Slot) else param for param in template)


def bind(rows: QuerySet[Any], *columns: str) -> Bound | None:
    """A QuerySet's ids, and these columns of it, as SQL; None when it can be seen to be empty."""
    try:
        return Bound(*rows.values("pk", *columns).query.sql_with_params())
    except EmptyResultSet:
        return None


def whole(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The shape of rows that are few anyway."""
    return rows


@cache
def _compiled(
    rows: Callable[..., QuerySet[Any]],
    names: tuple[str, ...],
    shape: Shape,
    columns: tuple[str, ...],
) -> tuple[str, tuple[Any, ...]]:
    chosen = shape(rows(**{name: Slot(name) for name in names}))
    query = chosen.values("pk", *columns).query
    sql, params = query.sql_with_params()
    table = query.get_initial_alias()
    short = brief(sql).replace(f"FROM {table} ", f"FROM {table} c0 ", 1)
    return re.sub(rf"\b{table}\.", "c0.", short), params


def brief(sql: str) -> str:
    """The same SQL in fewer words: psycopg keeps what it parsed up to 4096 characters."""
    for wordy, short in NEEDLESS:
        sql = wordy.sub(short, sql)
    return sql


def select(columns: str, source: str) -> str:
    """A SELECT made of our own words; values are bound, never written into it."""
    words = ["SELECT", columns, "FROM", source]
    return " ".join(words)
