"""Row locks that many may hold at once, and the queue in which nobody is overtaken.

Django has no word for FOR SHARE. And PostgreSQL lets those who share a row in past somebody who
waits to change it, for as long as there are any; locks of its lock manager are given in turn. So
whoever locks a row that can be shared first takes an advisory lock of the same kind for it.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.compiler import SQLCompiler
from django.db.models import BooleanField, Func, Value
from django.db.models.sql import Query

from core.lock_waits import may_wait


class ShareCompiler(SQLCompiler):
    """Says FOR SHARE where the query asks for FOR NO KEY UPDATE; what follows stays."""

    def as_sql(self, *args: Any, **options: Any) -> Any:
        sql, params = super().as_sql(*args, **options)
        return sql.replace(" FOR NO KEY UPDATE", " FOR SHARE"), params


class ShareQuery(Query):
    """What `select_for_update(no_key=True)` selects, under a shared lock."""

    def get_compiler(self, *args: Any, **options: Any) -> ShareCompiler:
        usual = super().get_compiler(*args, **options)
        return ShareCompiler(self, usual.connection, usual.using, usual.elide_empty)


def in_turn(pk: UUID, *, is_shared: bool) -> Func:
    """A condition that is true once it is one's turn to lock this row."""
    facts = (Value(str(pk)), Value(is_shared), Value(may_wait()))
    return Func(*facts, function="await_turn", output_field=BooleanField())


def await_turns(pks: Iterable[UUID]) -> None:
    """Wait until all these rows can be locked exclusively, in the order everybody locks in."""
    with connection.cursor() as cursor:
        statement = "SELECT await_turn(key, false, %s) FROM unnest(%s::text[]) AS key"
        cursor.execute(statement, [may_wait(), [str(pk) for pk in sorted(pks)]])
