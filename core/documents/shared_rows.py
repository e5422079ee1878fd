"""Rows a document asks for in several places and PostgreSQL reads once: a CTE of the statement."""

from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet

from core.documents.compiled import Slot

_tables: dict[str, "CommonTable"] = {}


class CommonTable:
    """One column of rows that depend on who is asking, which they are called with."""

    def __init__(self, name: str, rows: Callable[[Any], QuerySet[Any]]) -> None:
        self.name, self.rows = name, rows
        _tables[name] = self

    def contains(self, column: str) -> Func:
        """The condition that the column's value is among the rows."""
        return Contained(F(column), name=self.name)

    def as_sql(self) -> tuple[str, tuple[Any, ...]]:
        """Its part of the WITH clause."""
        query = self.rows(Slot("actor")).query
        query.change_aliases({query.get_initial_alias(): "r"})
        sql, params = query.sql_with_params()
        return f"{self.name} AS ({sql})", params


class Contained(Func):
    """Whether a value stands in a common table; hashed once, however many rows ask."""

    template = "%(expressions)s IN (TABLE %(name)s)"
    output_field = BooleanField()


def tables_in(sql: str) -> list[CommonTable]:
    """Those a statement asks for."""
    return [table for name, table in _tables.items() if f"(TABLE {name})" in sql]
