"""Writing many changed rows with one statement."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Field, Model

from core.queries import quoted_names, saved_value


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
