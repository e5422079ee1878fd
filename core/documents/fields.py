"""Documents and their fields: declarations from which SQL and the OpenAPI document are made.

A `Document` declares what a client sees of a row. Its SQL is compiled once; a request adds only the
query that selects its rows.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, cast

import orjson
from django.db import connection
from django.db.models import Expression, F, OuterRef, Subquery, TextField, When
from django.db.models.functions import Cast
from rest_framework import serializers

from core.documents.compiled import Bound, brief, select
from core.documents.computed import Fact, completed
from core.documents.expressions import JsonObject, JsonOrNull, RowCount, Truncations
from core.documents.shared_rows import tables_in
from core.documents.truncation import LongText, Many, Rows
from core.queries import filled


class Document(serializers.Serializer[Any]):
    """An object as the API shows it."""

    # The OpenAPI document shows this docstring for documents that have none of their own.
    # Fields name columns by `source`, as in any serializer.

    embeds: ClassVar[dict[str, Any]]

    class Meta:
        model: Any
        # Maps further names of a key to the declared one.
        also: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.embeds = {}

    @classmethod
    def embed(cls, name: str, field: Any, *, on_request: bool = False) -> None:
        """Add a field for rows of an upper app: shown always, or if `?include=` names it."""
        field.required = not on_request
        cls.embeds[name] = field

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        also = getattr(self.Meta, "also", {})
        fields = super().get_fields()
        twins = super().get_fields()
        for spelling, name in also.items():
            fields[spelling] = twins[name]
            fields[spelling].source = fields[spelling].source or name
        return fields | deepcopy(self.embeds)

    def shown_fields(self, include: Iterable[str] = ()) -> dict[str, Any]:
        """The fields, without embeds on request that `include` does not name."""
        on_request = {name for name, field in self.embeds.items() if not field.required}
        left_out = on_request - set(include)
        return {name: field for name, field in self.fields.items() if name not in left_out}

    def as_json(
        self, path: str = "", include: Iterable[str] = (), *, bounded: bool = False
    ) -> JsonObject:
        """The expression that builds this document for the row at `path` (`"assignee__"`).

        If `bounded`, long texts and lists are cut to the limits of the CTE `levels`.
        """
        shown = self.shown_fields(include)
        truncated = [
            part
            for field in shown.values()
            if isinstance(field, LongText | Many)
            and (part := field.truncation(path, bounded=bounded))
        ]
        return JsonObject(
            {
                name: Truncations(*truncated)
                if name == "truncated"
                else _expression(field, path, bounded=bounded)
                for name, field in shown.items()
            }
        )


class PublicId(serializers.CharField):
    """The public id of a person or workspace; `source` is the relation to it."""

    def as_json(self, path: str) -> F:
        row = "" if self.source == "id" else f"{self.source}__".replace(".", "__")
        return F(f"{path}{row}public_id")


class Computed(serializers.CharField):
    """Text computed by PostgreSQL: `Computed(lambda path: Concat(F(f"{path}key"), …))`."""

    def __init__(self, sql: Callable[[str], Fact], **options: Any) -> None:
        super().__init__(**options)
        self.sql = sql

    def as_json(self, path: str) -> Fact:
        return self.sql(path)


class Count(serializers.IntegerField):
    """The number of `rows` that belong to this one."""

    def __init__(self, rows: Rows, **options: Any) -> None:
        super().__init__(**options)
        self.rows = rows

    def as_json(self, path: str) -> Subquery:
        return RowCount(self.rows(OuterRef(f"{path}pk")).values("pk"))


class Shown(NamedTuple):
    """A row's document, with its version for the ETag and what a cursor needs.

    `place` is the value of the column the list is ordered by, as PostgreSQL's text.
    """

    document: orjson.Fragment
    version: int
    id: str
    place: str


class Reading(NamedTuple):
    """What to read: the document, embeds to include, the column of `place`, parameter values."""

    document: type[Document]
    include: frozenset[str] = frozenset()
    order: str = "created_at"
    values: Mapping[str, Any] = MappingProxyType({})

    def all_of(self, chosen: Bound | None) -> list[tuple[str, Shown, int]]:
        """As `rows`, for the ids that `chosen` selects, without a limit."""
        if chosen is None:
            return []
        numbered = select("c.pk, row_number() OVER (), 1", f"({chosen.sql}) c")
        cte = f"chosen (id, place, many) AS MATERIALIZED ({numbered})"
        return self.rows(cte, chosen.params)

    def rows(
        self,
        chosen: str,
        params: Iterable[Any],
        *,
        only: str = "true",
        limits: Iterable[Any] = (),
        bounded: bool = False,
    ) -> list[tuple[str, Shown, int]]:
        """The rows of the CTE `chosen` (id, place, many, …) that meet `only`, in order of `place`.

        `limits` are the parameters of `only`. Each row is its JSON text, what is shown, and how
        many rows were chosen in all.
        """
        select, template = _compiled(self.document, self.include, self.order, bounded=bounded)
        values = (*params, *filled(template, self.values), *limits)
        sql = f"WITH {chosen} {select} WHERE {only} ORDER BY chosen.place"
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return [_completed(*row) for row in cursor]


def show(
    document: type[Document], chosen: Bound | None, *, include: Iterable[str] = (), **how: Any
) -> list[Shown]:
    """Read the rows whose ids `chosen` selects, in its order, in one SQL statement.

    `how` are the other fields of a `Reading`; its `values` are the parameters of the document,
    such as `actor`, the id of the person asking.
    """
    reading = Reading(document, frozenset(include), **how)
    return [shown for _, shown, _ in reading.all_of(chosen)]


def show_one(document: type[Document], pk: Any, **how: Any) -> Shown:
    """The document of a row that exists; ValueError if it does not. `how` as in `show`."""
    [shown] = show(document, Bound("SELECT %s::uuid AS pk", (pk,)), **how)
    return shown


@lru_cache(maxsize=256)
def _compiled(
    document: type[Document],
    include: frozenset[str],
    order: str,
    *,
    bounded: bool,
) -> tuple[str, tuple[Any, ...]]:
    model = document.Meta.model
    names = {field.name for field in model._meta.concrete_fields}
    rows = model._base_manager.annotate(
        document=document().as_json(include=include, bounded=bounded),
        shown_id=Cast("pk", TextField()),
        shown_place=Cast(order, TextField()),
    ).values_list("document", "version" if "version" in names else "pk", "shown_id", "shown_place")
    query = rows.order_by().query
    query.change_aliases({alias: f"t{number}" for number, alias in enumerate(query.alias_map)})
    sql, params = query.sql_with_params()
    table = f'"{model._meta.db_table}" t0'
    # `chosen` stands first: PostgreSQL plans many joins in groups, in the order they are written
    # (join_collapse_limit), and would otherwise join whole tables before it selects the rows.
    columns, _, joins = sql.replace(' AS "document", t0.', ", t0.", 1).rpartition(f" FROM {table}")
    for common in tables_in(sql):
        definition, values = common.as_sql()
        columns, params = f", {definition} {columns}", (*values, *params)
    chosen = "FROM chosen CROSS JOIN levels" if bounded else "FROM chosen"
    itself = f"INNER JOIN {table} ON t0.id = chosen.id"
    return brief(f"{columns}, chosen.many {chosen} {itself} {joins}"), params


def _completed(text: str, *rest: Any) -> tuple[str, Shown, int]:
    """A row of the query, with the computed fields filled into its document."""
    *facts, many = rest
    text = completed(text)
    return text, Shown(orjson.Fragment(text), *facts), many


def _expression(field: Any, path: str, *, bounded: bool = False) -> Any:
    source = field.source.replace(".", "__")
    if isinstance(field, Document):
        inner = path if field.source == "*" else f"{path}{source}__"
        document = field.as_json(inner)
        if not field.allow_null:
            return document
        document.is_present = True
        return JsonOrNull(When(**{f"{path}{source}__isnull": False}, then=document))
    if isinstance(field, LongText | Many):
        return field.as_json(path, bounded=bounded)
    if hasattr(field, "as_json"):
        return cast("Expression", field.as_json(path))
    return F(f"{path}{source}")
