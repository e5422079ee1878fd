"""Conditions by which lists are filtered; their SQL is compiled once for all values.

The SQL depends on their kinds only: the lookups, and with how many values each compares.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import EmptyResultSet
from django.db.models import Expression, Field, ForeignObject, Lookup, QuerySet, UUIDField

from core.queries import Param

Conditions = tuple[tuple[str, Any], ...]
"""Lookups with their values, as in `QuerySet.filter`; a list of values belongs to `one_of`."""
Kinds = tuple[tuple[str, int | str], ...]
"""Lookups, each with the length of its list of values, or with one of the words below."""
NULL, LITERAL, SINGLE, TRUE, FALSE = "null", "literal", "single", "true", "false"
"""TRUE and FALSE stand in the SQL, so that it matches the conditions of partial indexes."""


@Field.register_lookup
@ForeignObject.register_lookup
class OneOf(Lookup[Any]):
    """`IN` with a parameter for each of the values, which may be Params."""

    lookup_name = "one_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        values: Any = self.rhs
        if not values:
            raise EmptyResultSet
        return f"{column} IN ({', '.join(['%s'] * len(values))})", (*params, *values)


class Literal(Expression):
    """A UUID in the text of the SQL, not a parameter.

    A prepared statement is planned without its parameters, as if everybody had a few tasks, and
    every label as many; those of somebody who has half of them would all be read and sorted.
    """

    def __init__(self, value: UUID) -> None:
        super().__init__(output_field=UUIDField())
        self.text = str(UUID(str(value)))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[()]]:
        return f"'{self.text}'::uuid", ()


@cache
def _placeholder(place: int) -> Literal:
    """Stands in compiled SQL where the Literal of the condition at this place is written."""
    return Literal(uuid4())


def narrowed(rows: QuerySet[Any], conditions: Conditions) -> QuerySet[Any]:
    """The rows that meet all of the conditions."""
    for lookup, value in conditions:
        rows = rows.filter(**{lookup: value})
    return rows


def kinds_of(conditions: Conditions) -> Kinds:
    return tuple((lookup, _kind(value)) for lookup, value in conditions)


def with_params(kinds: Kinds) -> Conditions:
    """Conditions of these kinds, with Params and placeholders for values."""
    return tuple((lookup, _unbound(place, kind)) for place, (lookup, kind) in enumerate(kinds))


def values_of(conditions: Conditions) -> dict[str, Any]:
    """The values of the Params that `with_params` has for these conditions."""
    return dict(_values(conditions))


def with_literals(sql: str, conditions: Conditions) -> str:
    """Compiled SQL with the Literals among the conditions."""
    for place, (_, value) in enumerate(conditions):
        if isinstance(value, Literal):
            sql = sql.replace(_placeholder(place).text, value.text)
    return sql


def _kind(value: Any) -> int | str:
    if isinstance(value, list):
        return len(value)
    if isinstance(value, Literal):
        return LITERAL
    if isinstance(value, bool):
        return TRUE if value else FALSE
    return NULL if value is None else SINGLE


def _unbound(place: int, kind: int | str) -> Any:
    if isinstance(kind, int):
        return [Param(_name(place, number)) for number in range(kind)]
    if kind == LITERAL:
        return _placeholder(place)
    return {NULL: None, TRUE: True, FALSE: False}.get(kind, Param(_name(place)))


def _values(conditions: Conditions) -> Iterable[tuple[str, Any]]:
    for place, (_, value) in enumerate(conditions):
        if isinstance(value, list):
            yield from ((_name(place, number), each) for number, each in enumerate(value))
        else:
            yield _name(place), value


def _name(place: int, number: int = 0) -> str:
    return f"condition {place}.{number}"
