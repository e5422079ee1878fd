"""Shared row locks (FOR SHARE, which Django lacks) that are granted in the order of requests.

PostgreSQL grants a shared row lock even if another transaction already waits for the exclusive one,
which may then wait for ever. Advisory locks are granted in order. So a transaction that locks such
a row, shared or exclusively, first takes an advisory lock of the same kind for it.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.compiler import SQLCompiler
from django.db.models import BooleanField, Expression, Func, TextField, Value
from django.db.models.functions import Cast
from django.db.models.sql import Query

from core.lock_waits import may_wait


class ShareCompiler(SQLCompiler):
    """Replaces FOR NO KEY UPDATE in the SQL by FOR SHARE; `OF` and `NOWAIT` stay."""

    def as_sql(self, *args: Any, **options: Any) -> Any:
        sql, params = super().as_sql(*args, **options)
        return sql.replace(" FOR NO KEY UPDATE", " FOR SHARE"), params


class ShareQuery(Query):
    """A query whose `select_for_update(no_key=True)` takes a shared lock."""

    def get_compiler(self, *args: Any, **options: Any) -> ShareCompiler:
        usual = super().get_compiler(*args, **options)
        return ShareCompiler(self, usual.connection, usual.using, usual.elide_empty)


def lock_turn(pk: Any, *, is_shared: bool) -> Func:
    """A SQL condition that takes the row's advisory lock, waiting if need be, and is true."""
    key = Cast(pk if isinstance(pk, Expression) else Value(pk), TextField())
    facts = (key, Value(is_shared), Value(may_wait()))
    return Func(*facts, function="await_turn", output_field=BooleanField())


def await_turns(keys: Iterable[UUID | str], *, is_shared: bool = False) -> None:
    """Take the advisory locks of these rows, or of what else is done in turns.

    Exclusive ones, unless `is_shared`. In ascending order against deadlocks; a key that is no id
    says what is waited for.
    """
    with connection.cursor() as cursor:
        statement = "SELECT await_turn(key, %s, %s) FROM unnest(%s::text[]) AS key"
        cursor.execute(statement, [is_shared, may_wait(), sorted(str(key) for key in keys)])
