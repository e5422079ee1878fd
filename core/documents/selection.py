"""Which rows are read: SQL that selects their ids, compiled once where possible."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db.models import QuerySet

from core.documents.conditions import (
    Conditions,
    Kinds,
    kinds_of,
    narrowed,
    values_of,
    with_literals,
    with_params,
)
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


@dataclass(frozen=True)
class Narrowed:
    """The shape of rows that are filtered by conditions of these kinds first."""

    kinds: Kinds
    shape: Shape

    def __call__(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return self.shape(narrowed(rows, with_params(self.kinds)))


class Selection:
    """The rows of a compiled query for these values: to be read as documents."""

    def __init__(self, query: Compiled, **values: Any) -> None:
        self._query = query
        self._values = values
        self._conditions: Conditions = ()

    def filter(self, conditions: Conditions) -> "Selection":
        """Those of the rows that meet the conditions as well."""
        fewer = Selection(self._query, **self._values)
        fewer._conditions = (*self._conditions, *conditions)
        return fewer

    def as_queryset(self) -> QuerySet[Any]:
        """The same rows as an ordinary QuerySet."""
        return narrowed(self._query.build(**self._values), self._conditions)

    def bound(self, shape: Shape, **values: Any) -> Bound | None:
        """The SQL for this shape, and the values bound to it: also those of the shape's Params."""
        if has_own_sql(self._values):
            return bind(shape(self.as_queryset()), **values)
        if not (conditions := self._conditions):
            compiled = _compiled(self._query, shape)
            return compiled and compiled.filled({**self._values, **values})
        compiled = _compiled(self._query, Narrowed(kinds_of(conditions), shape))
        if compiled is None:
            return None
        bound = compiled.filled({**self._values, **values_of(conditions), **values})
        return bound._replace(sql=with_literals(bound.sql, conditions))


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


@lru_cache(maxsize=2048)
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
