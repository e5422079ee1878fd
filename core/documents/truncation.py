"""Fields that may be shortened (long texts, embedded lists), and `truncated`, which reports it.

How much of them an answer shows is decided in `core.documents.pages`.
"""

from collections.abc import Callable, Container, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson
from django.db.models import F, OuterRef, QuerySet, Value
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from core.documents.columns import Column, Columns, Part
from core.documents.expressions import Octets, OctetsOf, Shortened, Shortening

if TYPE_CHECKING:
    from core.documents.fields import Document


class LongText(serializers.CharField):
    """Text that may be shortened in lists without further pages; `truncated` then reports it."""

    def member(self, columns: Columns, path: str) -> int | Part:
        return self.place(columns, path)

    def place(self, columns: Columns, path: str) -> int:
        """The place of the text, or of its beginning."""
        return columns.place_of(Shortened(self.text(path)))

    def shortening(self, columns: Columns, path: str) -> int:
        """The place of its entry in `truncated`, NULL unless it is shortened."""
        return columns.place_of(Shortening(self.text(path)))

    def text(self, path: str) -> Column:
        return F(f"{path}{self.source}")


class Truncated(serializers.Field[Any, Any, Any, Any]):
    """Which keys of the document are shortened: characters of texts, rows of lists."""

    def __init__(self) -> None:
        super().__init__(read_only=True)
        count = {"type": "integer"}
        part = {
            "type": "object",
            "required": ["shown", "total"],
            "properties": {"shown": count, "total": count},
        }
        about = (
            "Empty if all is shown. Else maps a key of this document to how much of it is"
            " `shown` and how much there is in `total`: characters of a text, rows of a list."
        )
        schema = {"type": "object", "description": about, "additionalProperties": part}
        set_override(self, "field", schema)

    def collected(self, fields: Mapping[str, Any], columns: Columns, path: str) -> Part:
        """The entries of those `fields` that are shortened."""
        entries = {
            name: field.shortening(columns, path)
            for name, field in fields.items()
            if isinstance(field, LongText | Many)
        }

        def make(values: tuple[str | None, ...]) -> dict[str, Any]:
            entry = zip(entries, values, strict=True)
            return {name: orjson.Fragment(value) for name, value in entry if value}

        return Part(tuple(entries.values()), make)


class Limits(NamedTuple):
    """How much of an embedded list is shown.

    `most` documents; `item` is the estimated size of one in bytes without its long texts,
    `heaviest` the largest with them, by default the same. `budget` is the most bytes of these lists
    in one answer, None for what the texts leave.
    """

    most: int
    item: int
    heaviest: int = 0
    budget: int | None = None


class Many(serializers.ListSerializer[Any]):
    """An embedded list: documents of the first rows by `pick` whose `parent` is this row.

    They are shown in the order `order`, by default `pick`, then by id. `rows` returns all rows that
    may be shown.
    """

    def __init__(
        self,
        document: "type[Document]",
        parent: str,
        rows: Callable[[], QuerySet[Any]],
        pick: str = "created_at",
        *,
        order: str = "",
        limits: Limits,
        **options: Any,
    ) -> None:
        super().__init__(child=document(), **options)
        self.document, self.rows, self.limits = document, rows, limits
        self.of, self.pick, self.order = parent, pick, order or pick

    def member(self, columns: Columns, path: str) -> int:
        return columns.added_place_of(str(self.field_name))

    def shortening(self, columns: Columns, path: str) -> int:
        """The place of its entry in `truncated`, None unless it is shortened."""
        return columns.added_place_of(f"{self.field_name} shortened")

    def rows_of(self, parent: Any) -> QuerySet[Any]:
        """All rows that belong to a row."""
        return self.rows().filter(**{self.of: parent})

    def picked(self, parent: Any) -> QuerySet[Any]:
        """All rows that belong to a row, in the order in which the first ones are picked."""
        sign = "-" if self.pick.startswith("-") else ""
        return self.rows_of(parent).order_by(self.pick, f"{sign}pk")

    def octets(self, include: Container[str]) -> OctetsOf:
        """The estimated size in bytes of the list of one row."""
        one = Value(self.limits.item) + octets_of_texts(self.document().shown_fields(include))
        rows = self.picked(OuterRef("pk")).annotate(octets=one)
        return OctetsOf(rows.values("octets")[: self.limits.most])

    def limit(self, size: int, level: int) -> int:
        """How many rows of a list of this size may be shown, if lists are cut to `level` bytes."""
        most, item, heaviest, _ = self.limits
        return most if size <= level else min(most, level // (heaviest or item))


def octets_of_texts(shown: Mapping[str, Any]) -> Any:
    """The size in bytes of those of the fields `shown` that are long texts."""
    texts = [field for field in shown.values() if isinstance(field, LongText)]
    return sum((Octets(str(field.source)) for field in texts), Value(0))
