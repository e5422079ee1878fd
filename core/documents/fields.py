"""Documents and their fields: declarations from which SQL and the OpenAPI document are made.

A `Document` declares what a client sees of a row. It is compiled once, to columns and the layout of
an object; a request adds only the query that selects its rows.
"""

from collections.abc import Callable, Container, Sequence
from copy import deepcopy
from typing import Any, ClassVar

from django.db.models import F, OuterRef, QuerySet
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from core.documents.columns import Column, Columns, Layout, Part, Values
from core.documents.expressions import RowCount
from core.documents.truncation import Truncated


class Document(serializers.Serializer[Any]):
    """An object as the API shows it."""

    # The OpenAPI document shows this docstring for documents that have none of their own.
    # Fields name columns by `source`, as in any serializer.

    embeds: ClassVar[dict[str, Any]] = {}
    asked_by: ClassVar[dict[str, str]] = {}
    """The words for `?include=` of those embeds that are shown on request, by name."""

    class Meta:
        model: Any
        # Maps further names of a key to the declared one.
        also: ClassVar[dict[str, str]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.embeds, cls.asked_by = {}, {}

    @classmethod
    def embed(cls, name: str, field: Any, *, on_request: bool = False, asked_by: str = "") -> None:
        """Add a field for rows of an upper app: shown always, or if `?include=` names it.

        `asked_by` is the word for it there, by default its name.
        """
        field.required = not on_request
        cls.embeds[name] = field
        if on_request:
            cls.asked_by[name] = asked_by or name

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        also = getattr(self.Meta, "also", {})
        fields = super().get_fields()
        twins = super().get_fields()
        for spelling, name in also.items():
            fields[spelling] = twins[name]
            fields[spelling].source = fields[spelling].source or name
        embeds = deepcopy(self.embeds)
        for name, field in embeds.items():
            # Copies are made of arguments only; a read-only field would be shown as required.
            field.required, field.read_only = self.embeds[name].required, False
        return fields | embeds

    def shown_fields(self, include: Container[str] = ()) -> dict[str, Any]:
        """The fields, without embeds on request that `include` does not name."""
        left_out = {name for name, word in self.asked_by.items() if word not in include}
        return {name: field for name, field in self.fields.items() if name not in left_out}

    def layout(self, columns: Columns, path: str = "", include: Container[str] = ()) -> Layout:
        """The layout of this document for the row at `path` (`"assignee__"`)."""
        shown = self.shown_fields(include)
        return Layout(
            {
                name: field.collected(shown, columns, path)
                if isinstance(field, Truncated)
                else _member(field, columns, path)
                for name, field in shown.items()
            }
        )


class PublicId(serializers.CharField):
    """The public id of a person or workspace; `source` is the relation to it."""

    def column(self, path: str) -> F:
        row = "" if self.source == "id" else f"{self.source}__".replace(".", "__")
        return F(f"{path}{row}public_id")


class Computed(serializers.CharField):
    """Text computed by PostgreSQL: `Computed(lambda path: Concat(F(f"{path}key"), …))`."""

    def __init__(self, sql: Callable[[str], Column], **options: Any) -> None:
        super().__init__(**options)
        self.sql = sql

    def column(self, path: str) -> Column:
        return self.sql(path)


class Count(serializers.IntegerField):
    """The number of `rows` that belong to this one.

    `Count(lambda task: Comment.objects.filter(task=task))`
    """

    def __init__(self, rows: Callable[[Any], QuerySet[Any]], **options: Any) -> None:
        super().__init__(**options)
        self.rows = rows

    def column(self, path: str) -> Column:
        return RowCount(self.rows(OuterRef(f"{path}pk")).values("pk"))


class Derived(serializers.Field[Any, Any, Any, Any]):
    """A key whose value Python makes of facts: `value` gets those of the columns `facts(path)`."""

    def __init__(
        self,
        value: Callable[..., Any],
        facts: Callable[[str], Sequence[Column]],
        schema: dict[str, Any],
    ) -> None:
        super().__init__(read_only=True)
        self.value, self.facts = value, facts
        set_override(self, "field", schema)

    def member(self, columns: Columns, path: str) -> Part:
        places = tuple(columns.place_of(fact) for fact in self.facts(path))
        return Part(places, lambda facts: self.value(*facts))


def _member(field: Any, columns: Columns, path: str) -> int | Part:
    """The place of the field's value in a row, or the Part that makes it."""
    if isinstance(field, Document):
        return _nested(field, columns, path)
    if hasattr(field, "member"):
        member: int | Part = field.member(columns, path)
        return member
    source = field.source.replace(".", "__")
    own = getattr(field, "column", None)
    return columns.place_of(own(path) if own else F(f"{path}{source}"))


def _nested(document: Document, columns: Columns, path: str) -> Part:
    """A document inside another one, made once for all rows that show the same."""
    if document.source == "*":
        inner, key = path, f"{path}pk"
    else:
        key = f"{path}{document.source}".replace(".", "__")
        inner, key = f"{key}__", f"{key}_id"
    own = Columns()
    own.place_of(F(key))
    layout = document.layout(own, inner)
    if own.added:
        message = f"{type(document).__name__} is shown inside others, and must not embed lists"
        raise TypeError(message)

    def make(values: Values) -> Any:
        return None if values[0] is None else layout.json(values)

    return Part(tuple(columns.place_of(column) for column in own), make)
