"""The read path: documents are declared like serializers and built as JSON by PostgreSQL.

A `Document` says what a client sees of a row. Its SQL is compiled once; a request only adds
which rows it wants, as a QuerySet. The same declaration is what the OpenAPI describes.
"""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple, cast

import orjson
from django.db import connection
from django.db.models import Expression, F, OuterRef, QuerySet, Subquery, TextField, When
from django.db.models.functions import Cast
from rest_framework import serializers

from core.common_tables import tables_in
from core.derived import Fact, completed
from core.prepared import Bound, brief, filled
from core.sql import JsonArray, JsonObject, JsonOrNull, RowCount

Rows = Callable[[OuterRef], QuerySet[Any]]
"""The rows that belong to an outer row: `lambda task: Comment.objects.filter(task=task)`."""


class Document(serializers.Serializer[Any]):
    """What a client sees of a row; fields name columns by `source`, as in any serializer.

    `Meta.model` is the row, `Meta.also` maps a further spelling of a key to the declared one.
    """

    embeds: ClassVar[dict[str, Any]]

    class Meta:
        model: Any
        also: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.embeds = {}

    @classmethod
    def embed(cls, name: str, field: Any, *, on_request: bool = False) -> None:
        """Let an upper app show its rows in this document: always, or if `?include=` asks."""
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

    def as_json(self, path: str = "", include: Iterable[str] = ()) -> JsonObject:
        """The expression that builds this document for the row at `path` (`"assignee__"`)."""
        on_request = {name for name, field in self.embeds.items() if not field.required}
        left_out = on_request - set(include)
        shown = {name: field for name, field in self.fields.items() if name not in left_out}
        return JsonObject({name: _expression(field, path) for name, field in shown.items()})


class PublicId(serializers.CharField):
    """The id a person or workspace is known by; `source` names the row."""

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
    """How many rows belong to this one."""

    def __init__(self, rows: Rows, **options: Any) -> None:
        super().__init__(**options)
        self.rows = rows

    def as_json(self, path: str) -> Subquery:
        return RowCount(self.rows(OuterRef(f"{path}pk")).values("pk"))


class Many(serializers.ListSerializer[Any]):
    """The documents of the rows that belong to this one, in the order of `order`."""

    def __init__(
        self, document: type[Document], rows: Rows, order: str = "created_at", **options: Any
    ) -> None:
        super().__init__(child=document(), **options)
        self.rows = rows
        self.order = order

    def as_json(self, path: str) -> Subquery:
        rows = self.rows(OuterRef(f"{path}pk")).annotate(ordinal=F(self.order))
        document = cast("Document", self.child).as_json()
        return JsonArray(rows.annotate(document=document).values("document", "ordinal"))

    def __deepcopy__(self, memo: dict[int, Any]) -> "Many":
        """A field of its own for each serializer instance that shows it."""
        child = cast("type[Document]", type(self.child))
        return Many(child, self.rows, self.order, required=self.required)


class Shown(NamedTuple):
    """One row as the client sees it, with what the caller needs to page and to lock by.

    `place` is its value in the order of the list, as PostgreSQL writes it.
    """

    document: orjson.Fragment
    version: int
    id: str
    place: str


def show(
    document: type[Document],
    chosen: Bound | None,
    *,
    include: Iterable[str] = (),
    order: str = "created_at",
    values: Mapping[str, Any] = MappingProxyType({}),
) -> list[Shown]:
    """Read the rows whose ids `chosen` selects, in its order: one SQL whatever their number.

    `values` are those of the document's slots: who is asking, as `actor`.
    """
    if chosen is None:
        return []
    select, template = _compiled(document, frozenset(include), order)
    params = chosen.params + filled(template, values)
    numbered = f"SELECT c.pk, row_number() OVER () FROM ({chosen.sql}) c"  # noqa: S608 - compiled
    with connection.cursor() as cursor:
        cursor.execute(f"WITH chosen (id, place) AS MATERIALIZED ({numbered}) {select}", params)
        return [Shown(orjson.Fragment(completed(text)), *rest) for text, *rest in cursor.fetchall()]


def show_one(document: type[Document], pk: Any, **how: Any) -> Shown:
    """The document of a row that is known to be there; `how` as in `show`."""
    [shown] = show(document, Bound("SELECT %s::uuid AS pk", (pk,)), **how)
    return shown


@lru_cache(maxsize=256)
def _compiled(
    document: type[Document], include: frozenset[str], order: str
) -> tuple[str, tuple[Any, ...]]:
    model = document.Meta.model
    names = {field.name for field in model._meta.concrete_fields}
    rows = model._base_manager.annotate(
        document=document().as_json(include=include),
        shown_id=Cast("pk", TextField()),
        shown_place=Cast(order, TextField()),
    ).values_list("document", "version" if "version" in names else "pk", "shown_id", "shown_place")
    query = rows.order_by().query
    query.change_aliases({alias: f"t{number}" for number, alias in enumerate(query.alias_map)})
    sql, params = query.sql_with_params()
    table = f'"{model._meta.db_table}" t0'
    # The choice stands first: PostgreSQL plans many joins in groups, in the order they are
    # written, and would otherwise join the whole table together before it picks the chosen rows.
    columns, _, joins = sql.replace(' AS "document", t0.', ", t0.", 1).rpartition(f" FROM {table}")
    chosen = f"FROM chosen INNER JOIN {table} ON t0.id = chosen.id"
    for common in tables_in(sql):
        definition, values = common.as_sql()
        columns, params = f", {definition} {columns}", (*values, *params)
    return brief(f"{columns} {chosen} {joins} ORDER BY chosen.place"), params


def _expression(field: Any, path: str) -> Expression | F:
    source = field.source.replace(".", "__")
    if isinstance(field, Document):
        inner = path if field.source == "*" else f"{path}{source}__"
        document = field.as_json(inner)
        if not field.allow_null:
            return document
        return JsonOrNull(When(**{f"{path}{source}__isnull": False}, then=document))
    if hasattr(field, "as_json"):
        return cast("Expression", field.as_json(path))
    return F(f"{path}{source}")
