"""FOR SHARE, for which Django has no word: a query that locks its rows that way."""

from typing import Any

from django.db.backends.postgresql.compiler import SQLCompiler
from django.db.models.sql import Query


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
