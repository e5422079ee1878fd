"""Common table expressions: rows that several parts of a document need, but are read once."""

from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet

from core.queries import Param

_tables: dict[str, "CommonTable"] = {}


class CommonTable:
    """A CTE of one column; `rows` is called with the parameter for the person asking."""

    def __init__(self, name: str, rows: Callable[[Any], QuerySet[Any]]) -> None:
        self.name, self.rows = name, rows
        _tables[name] = self

    def contains(self, column: str) -> Func:
        """The condition that the column's value is in the CTE."""
        return Contained(F(column), name=self.name)

    def as_sql(self) -> tuple[str, tuple[Any, ...]]:
        """Its part of the WITH clause, with parameters."""
        query = self.rows(Param("actor")).query
        query.change_aliases({query.get_initial_alias(): "r"})
        sql, params = query.sql_with_params()
        return f"{self.name} AS ({sql})", params


class Contained(Func):
    """Whether a value is in a CTE, which PostgreSQL hashes once per statement."""

    template = "%(expressions)s IN (TABLE %(name)s)"
    output_field = BooleanField()


def tables_in(sql: str) -> list[CommonTable]:
    """The CTEs that a statement refers to."""
    return [table for name, table in _tables.items() if f"(TABLE {name})" in sql]
