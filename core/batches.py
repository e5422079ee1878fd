"""Writing many rows with one statement."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import orjson
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Field, Model

from core.queries import FEW, has_expressions, insert, inserted_fields, quoted_names, saved_value


def update_all(rows: Sequence[Model], *names: str) -> None:
    """Save these fields of all rows of one model, each row its own values, without signals."""
    if not rows:
        return
    model = type(rows[0])
    fields = tuple(model._meta.get_field(name) for name in dict.fromkeys(names))
    database = connections[DEFAULT_DB_ALIAS]
    values = [[saved_value(field, row, database, add=False) for row in rows] for field in fields]
    with database.cursor() as cursor:
        cursor.execute(_sql(model, fields), [[row.pk for row in rows], *values])
        if cursor.rowcount != len(rows):
            message = f"{len(rows) - cursor.rowcount} rows to update are not there"
            raise DatabaseError(message)


def insert_all(rows: Sequence[Model], *, ignore_conflicts: bool = False) -> None:
    """As `insert`, for rows of ids, texts, numbers, times and JSON; nothing is read back.

    Many go as one JSON text: a parameter for each value takes ten times as long.
    """
    fields = inserted_fields(rows)
    if len(rows) <= FEW or has_expressions(rows, fields):
        insert(*rows, ignore_conflicts=ignore_conflicts)
        return
    plain, own = _split(fields)
    values = [
        {column: kept[name] for column, name in plain}
        | {field.column: field.pre_save(row, add=True) for field in own}
        for row in rows
        for kept in (vars(row),)
    ]
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        sql = _insert_sql(type(rows[0]), fields, ignore_conflicts=ignore_conflicts)
        cursor.execute(sql, [orjson.dumps(values).decode()])


@cache
def _split(fields: tuple[Any, ...]) -> tuple[list[tuple[str, str]], list[Any]]:
    """Column and attribute of the fields that are stored as they are, and the fields that ask."""
    plain = [each for each in fields if type(each).pre_save is Field.pre_save]
    return [(each.column, each.attname) for each in plain], [f for f in fields if f not in plain]


@cache
def _insert_sql(
    model: type[Model], fields: tuple[Field[Any, Any], ...], *, ignore_conflicts: bool
) -> str:
    [table] = [connections[DEFAULT_DB_ALIAS].ops.quote_name(model._meta.db_table)]
    columns = ", ".join(quoted_names(fields))
    words = ["INSERT INTO", table, f"({columns})", "SELECT", columns]
    words += [f"FROM json_populate_recordset(NULL::{table}, %s::json)"]
    return " ".join([*words, *(["ON CONFLICT DO NOTHING"] if ignore_conflicts else [])])


@cache
def _sql(model: type[Model], fields: tuple[Field[Any, Any], ...]) -> str:
    database = connections[DEFAULT_DB_ALIAS]
    [table] = [database.ops.quote_name(model._meta.db_table)]
    key, *columns = quoted_names([model._meta.pk, *fields])
    types = [field.rel_db_type(database) for field in (model._meta.pk, *fields)]
    words = ["UPDATE", table, "SET", ", ".join(f"{name} = changed.{name}" for name in columns)]
    arrays = ", ".join(f"%s::{kind}[]" for kind in types)
    words += ["FROM", f"unnest({arrays}) AS changed ({', '.join((key, *columns))})"]
    return " ".join([*words, "WHERE", f"{table}.{key} = changed.{key}"])
