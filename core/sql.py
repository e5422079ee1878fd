"""The few SQL expressions Django has no words for."""

from typing import Any

from django.db.models import Expression, F, Func, JSONField, QuerySet, Subquery, TextField
from django.db.models.fields import IntegerField


class JsonObject(Func):
    """JSON_OBJECT of PostgreSQL 16: text JSON, not jsonb, because nobody looks into it again."""

    function = "JSON_OBJECT"

    def __init__(self, members: dict[str, Expression | F], *, as_text: bool = False) -> None:
        self.keys = list(members)
        self.as_text = as_text
        super().__init__(*members.values(), output_field=TextField() if as_text else JSONField())

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        pairs, params = [], []
        for key, expression in zip(self.keys, self.get_source_expressions(), strict=True):
            sql, inner = compiler.compile(expression)
            pairs.append(f"'{key}' VALUE {sql}")
            params.extend(inner)
        returning = " RETURNING text" if self.as_text else ""
        return f"{self.function}({', '.join(pairs)}{returning})", tuple(params)


class JsonArray(Subquery):
    """The `document` column of a subquery as one JSON array, ordered by its `ordinal`."""

    template = (
        "(SELECT COALESCE(json_agg(q.document ORDER BY q.ordinal), '[]') FROM (%(subquery)s) q)"
    )

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows, output_field=JSONField())


class RowCount(Subquery):
    """The number of rows of a subquery."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) q)"

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows, output_field=IntegerField())
