"""SQL expressions that Django does not have: sizes, shortened texts, lookups in other rows."""

from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Subquery, TextField
from django.db.models.functions import Cast

from core.queries import Param

MOST = "most_octets"
"""The parameter for the most bytes of a long text; longer ones are shortened."""


class Hyphenated(Func):
    """The parts joined by hyphens; NULL parts are left out."""

    template = "concat_ws('-', %(expressions)s)"
    output_field = TextField()


class Octets(Func):
    """The size of a text in bytes, 0 for NULL; PostgreSQL knows it without reading a long text."""

    template = "COALESCE(octet_length(%(expressions)s), 0)"
    output_field = IntegerField()

    def __init__(self, column: str) -> None:
        super().__init__(Cast(column, TextField()))


class OctetsOf(Subquery):
    """The sum of a subquery's `octets`."""

    template = "(SELECT COALESCE(SUM(q.octets), 0)::int FROM (%(subquery)s) q)"

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__(rows, output_field=IntegerField())


FITTING = "(%s::bigint * char_length({text}) / octet_length({text}))"


class Shortened(Func):
    """The beginning of a text: MOST bytes, converted to characters by the text's average."""

    output_field = TextField()
    sql = (
        "CASE WHEN octet_length({text}) <= %s THEN {text}"
        f" ELSE left({{text}}, {FITTING}::int) END"
    )

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        text, _ = compiler.compile(self.get_source_expressions()[0])
        return self.sql.format(text=text), (Param(MOST), Param(MOST))


class Shortening(Shortened):
    """`{"shown": …, "total": …}` in characters for a text that is shortened, else NULL."""

    sql = (
        "CASE WHEN octet_length({text}) > %s THEN concat('{{\"shown\":', "
        f"{FITTING}, ',\"total\":', char_length({{text}}), '}}}}') END"
    )


class Whole(Shortened):
    """The text, NULL if it is longer than MOST."""

    sql = "CASE WHEN octet_length({text}) <= %s THEN {text} END"

    def as_sql(self, compiler: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        text, _ = compiler.compile(self.get_source_expressions()[0])
        return self.sql.format(text=text), (Param(MOST),)


class LeavingOut(Whole):
    """`{"shown": 0, "total": …}` in characters for a text that is longer than MOST, else NULL."""

    sql = (
        "CASE WHEN octet_length({text}) > %s"
        " THEN concat('{{\"shown\":0,\"total\":', char_length({text}), '}}') END"
    )


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
