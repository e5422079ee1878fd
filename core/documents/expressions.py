"""SQL expressions that Django does not have: JSON as text, sizes and shortened texts."""

from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Expression,
    F,
    ForeignKey,
    Func,
    IntegerField,
    QuerySet,
    Subquery,
    TextField,
    UUIDField,
)
from django.db.models.expressions import Col
from django.db.models.functions import Cast, Coalesce
from django.db.models.sql.constants import LOUTER

from core.documents.computed import Facts


class JsonObject(Func):
    """A JSON object as text, by one `concat`: a third faster than JSON_OBJECT for many keys.

    Values that need no escaping (numbers, ids, enums with a CHECK) are written as they are, others
    by `to_json`. Values that may be NULL, by their column or an outer join, become `null`.
    """

    function = "concat"

    def __init__(self, members: dict[str, Expression | F]) -> None:
        self.keys = list(members)
        self.is_present = False
        """Whether the row exists for certain, although it is joined by an outer join."""
        super().__init__(*members.values(), output_field=TextField())

    def as_sql(
        self,
        compiler: Any,
        connection: Any,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        pieces, params, text = [], [], "{"
        columns = (inner for inner in self.get_source_expressions() if isinstance(inner, Col))
        present = next((column.alias for column in columns), None) if self.is_present else None
        for key, expression in zip(self.keys, self.get_source_expressions(), strict=True):
            sql, inner = compiler.compile(expression)
            if isinstance(expression, Truncations) and not expression.get_source_expressions():
                text = f'{text}"{key}":{{}},'
                continue
            before, value, after = _written(expression, sql, compiler.query, present)
            pieces += [f"'{text}\"{key}\":{before}'", value]
            params.extend(inner)
            text = f"{after},"
        return f"concat({', '.join(pieces)}, '{text.removesuffix(',')}}}')", tuple(params)


class Hyphenated(Func):
    """The parts joined by hyphens; NULL parts are left out."""

    template = "concat_ws('-', %(expressions)s)"
    output_field = TextField()


class JsonOrNull(Case):
    """A JSON object, or `null` if the related row does not exist."""


class JsonArray(Subquery):
    """The `document`s of the first `limit` rows of an ordered subquery, as a JSON array.

    The array is ordered by the columns `ordinal`, then `tie`, both in the same `direction`.
    """

    template = (
        "(SELECT concat('[', string_agg(q.document, ',' ORDER BY q.ordinal %(direction)s,"
        " q.tie %(direction)s), ']') FROM (%(subquery)s LIMIT %(limit)s) q)"
    )

    def __init__(self, rows: QuerySet[Any], limit: str, direction: str = "") -> None:
        super().__init__(rows, output_field=TextField(), limit=limit, direction=direction)


class Octets(Func):
    """The size of a text in bytes, which PostgreSQL knows without reading a TOASTed text."""

    function = "octet_length"
    output_field = IntegerField()


class OctetsOf(Subquery):
    """The sum of a subquery's `octets`."""

    template = "(SELECT COALESCE(SUM(q.octets), 0)::int FROM (%(subquery)s) q)"

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows, output_field=IntegerField())


class Shortened(Func):
    """The beginning of a text: `octets` bytes, converted to characters by the text's average."""

    fitting = "(%(octets)s * char_length(%(expressions)s)::bigint / octet_length(%(expressions)s))"
    template = (
        "CASE WHEN octet_length(%(expressions)s) <= %(octets)s THEN %(expressions)s"
        f" ELSE left(%(expressions)s, {fitting}::int) END"
    )

    def __init__(self, column: F, octets: str) -> None:
        super().__init__(column, output_field=TextField(), octets=octets)


class ShortenedText(Shortened):
    """The entry of `truncated` for a shortened text, NULL if it is not shortened."""

    template = (
        'CASE WHEN octet_length(%(expressions)s) > %(octets)s THEN concat(\'"%(key)s":{"shown":\','
        f" {Shortened.fitting}, ',\"total\":', char_length(%(expressions)s), '}}') END"
    )

    def __init__(self, key: str, column: F, octets: str) -> None:
        super().__init__(column, octets)
        self.extra["key"] = key


class ShortenedList(Subquery):
    """The entry of `truncated` for a list of more than `limit` rows, NULL for a shorter one."""

    template = (
        '(SELECT CASE WHEN q.total > %(limit)s THEN concat(\'"%(key)s":{"shown":\', %(limit)s,'
        " ',\"total\":', q.total, '}') END FROM (SELECT COUNT(*) AS total FROM (%(subquery)s) r) q)"
    )

    def __init__(self, key: str, rows: QuerySet[Any], limit: str) -> None:
        super().__init__(rows, output_field=TextField(), key=key, limit=limit)


class Truncations(Func):
    """The value of `truncated`: an object with an entry for each shortened text or list."""

    template = "concat('{', concat_ws(',', %(expressions)s), '}')"
    output_field = TextField()

    def __init__(self, *parts: Expression | Subquery) -> None:
        super().__init__(*parts)
        if not parts:
            self.template = "'{}'"


class Held(Func):
    """`value` of that one of `rows` whose `key` equals `column`; reads all `rows` once."""

    template = "%(expressions)s::text"
    arg_joiner = " ->> "

    def __init__(self, rows: QuerySet[Any], key: str, value: str, column: str) -> None:
        pairs = Func(F(key), F(value), function="jsonb_object_agg", output_field=TextField())
        held = Subquery(rows.annotate(held=pairs).values("held"))
        super().__init__(held, F(column), output_field=TextField())


class RowCount(Subquery):
    """The number of rows of a subquery."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) q)"

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows, output_field=IntegerField())


def _written(expression: Any, sql: str, query: Any, present: str | None) -> tuple[str, str, str]:
    """How a value is written in JSON: the text before it, its SQL, the text after it.

    `present` is the alias of a table whose row exists for certain although its join is outer.
    """
    if isinstance(expression, JsonOrNull):
        return "", f"COALESCE({sql}, 'null')", ""
    if isinstance(expression, JsonObject | JsonArray | RowCount | Facts | Truncations):
        return "", sql, ""
    if _may_be_null(expression, query, present):
        return "", f"COALESCE(to_json({sql}), 'null')", ""
    kind = _kind(expression)
    if isinstance(kind, UUIDField) or getattr(kind, "choices", None):
        return '"', sql, '"'
    if isinstance(kind, BooleanField):
        return "", f"({sql})::text", ""
    return "", sql if isinstance(kind, IntegerField) else f"to_json({sql})", ""


def _kind(expression: Any) -> Any:
    """The model field with the type of a column: that of the key a foreign key refers to, too."""
    if not isinstance(expression, Col):
        return None
    if isinstance(expression.target, ForeignKey):
        return expression.target.target_field
    return getattr(expression.target, "output_field", expression.target)


def _may_be_null(expression: Any, query: Any, present: str | None) -> bool:
    """Whether it may be NULL: not a NOT NULL column of an inner join, or what is made of those."""
    if isinstance(expression, Col):
        is_outer = getattr(query.alias_map[expression.alias], "join_type", None) == LOUTER
        return bool(expression.target.null or (is_outer and expression.alias != present))
    if isinstance(expression, Coalesce | Cast):
        inner = expression.get_source_expressions()
        return all(_may_be_null(part, query, present) for part in inner)
    return not isinstance(expression, Hyphenated)
