"""Which rows are read: SQL that selects their ids, compiled once where possible."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from core.queries import Compiled, filled, has_own_sql

Shape = Callable[[QuerySet[Any]], QuerySet[Any]]
"""Orders and limits a QuerySet; hashable, because it is part of the cache key of the SQL."""


class Bound(NamedTuple):
    """SQL that selects the ids of rows, with its parameters."""

    sql: str
    params: tuple[Any, ...]

    def filled(self, values: Mapping[str, Any]) -> "Bound":
        """The same with values in place of Params."""
        return Bound(self.sql, filled(self.params, values))


class Selection:
    """The rows of a compiled query for these values: to be read as documents."""

    def __init__(self, query: Compiled, **values: Any) -> None:
        self._query = query
        self._values = values

    def as_queryset(self) -> QuerySet[Any]:
        """The same rows as an ordinary QuerySet, which can be filtered further."""
        return self._query.build(**self._values)

    def bound(self, shape: Shape, **values: Any) -> Bound | None:
        """The SQL for this shape, and the values bound to it: also those of the shape's Params."""
        if has_own_sql(self._values):
            return bind(shape(self.as_queryset()), **values)
        compiled = _compiled(self._query, shape)
        return compiled and compiled.filled({**self._values, **values})


def bind(rows: QuerySet[Any], **values: Any) -> Bound | None:
    """SQL for a QuerySet's ids; None if Django knows that it is empty. `values` are its Params'."""
    found = _bound(rows)
    return found and found.filled(values)


def row_with(pk: Any) -> Bound:
    """SQL that selects the row with this id."""
    return Bound(select("%s::uuid"), (pk,))


def whole(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The shape that neither orders nor limits, for a few rows."""
    return rows


@cache
def _compiled(query: Compiled, shape: Shape) -> Bound | None:
    return _bound(shape(query.with_params()))


def _bound(rows: QuerySet[Any]) -> Bound | None:
    try:
        return Bound(*rows.values("pk").query.sql_with_params())
    except EmptyResultSet:
        return None


def select(columns: str, source: str = "") -> str:
    """A SELECT statement from fixed text; values must be bound as parameters, not be in it."""
    return " ".join(["SELECT", columns, *(["FROM", source] if source else [])])
