"""Fields that may be shortened (long texts, embedded lists), and `truncated`, which reports it.

How much of them an answer shows is decided in `core.documents.pages`.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db.models import F, Func, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from core.documents.expressions import (
    JsonArray,
    Octets,
    OctetsOf,
    Shortened,
    ShortenedList,
    ShortenedText,
)

if TYPE_CHECKING:
    from core.documents.fields import Document

Rows = Callable[[OuterRef], QuerySet[Any]]
"""The rows that belong to an outer row: `lambda task: Comment.objects.filter(task=task)`."""

TEXT = "text_size"
"""The column for the size of long texts, in the CTEs `chosen` and `levels`."""


class LongText(serializers.CharField):
    """Text that may be shortened in lists without further pages; `truncated` then reports it."""

    level = f"levels.{TEXT}"

    def as_json(self, path: str, *, bounded: bool = False) -> F | Func:
        column = F(f"{path}{self.source}")
        return Shortened(column, self.level) if bounded else column

    def octets(self) -> Coalesce:
        """How many bytes the text of one row takes."""
        return Coalesce(Octets(Cast(str(self.source), TextField())), 0)

    def truncation(self, path: str, *, bounded: bool) -> ShortenedText | None:
        column = F(f"{path}{self.source}")
        return ShortenedText(str(self.field_name), column, self.level) if bounded else None


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


class Many(serializers.ListSerializer[Any]):
    """An embedded list: documents of the first `most` rows by `pick` that belong to this row.

    They are shown in the order `order`, by default `pick`, then by id. `item` is the estimated size
    of one document in bytes without its long texts, `heaviest` the largest with them. `budget` is
    the most bytes of these lists in one answer, None for what the texts leave.
    """

    def __init__(
        self,
        document: "type[Document]",
        rows: Rows,
        pick: str = "created_at",
        *,
        most: int,
        item: int,
        order: str = "",
        heaviest: int = 0,
        budget: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(child=document(), **options)
        self.document, self.rows, self.pick, self.most, self.item = document, rows, pick, most, item
        self.order, self.heaviest, self.budget = order or pick, heaviest or item, budget

    def as_json(self, path: str, *, bounded: bool = False) -> Subquery:
        column = self.order.removeprefix("-")
        rows = self.picked(path).annotate(ordinal=F(column), tie=F("pk"))
        document = self.document().as_json()
        shown = rows.annotate(document=document).values("document", "ordinal", "tie")
        direction = "DESC" if self.order.startswith("-") else ""
        return JsonArray(shown, self._limit(bounded=bounded), direction)

    def picked(self, path: str) -> QuerySet[Any]:
        """All rows, in the order in which the first ones are picked."""
        sign = "-" if self.pick.startswith("-") else ""
        return self.rows(OuterRef(f"{path}pk")).order_by(self.pick, f"{sign}pk")

    def truncation(self, path: str, *, bounded: bool) -> ShortenedList:
        rows = self.rows(OuterRef(f"{path}pk")).order_by().values("pk")
        return ShortenedList(str(self.field_name), rows, self._limit(bounded=bounded))

    def octets(self) -> Subquery:
        """The estimated size in bytes of the list of one row."""
        one = Value(self.item) + octets_of_texts(self.document())
        rows = self.picked("").annotate(octets=one)
        return OctetsOf(rows.values("octets")[: self.most])

    def _limit(self, *, bounded: bool) -> str:
        """SQL for how many rows are shown."""
        if not bounded:
            return str(self.most)
        size = f"{self.field_name}_size"
        level = f"levels.{size}"
        fitting = f"LEAST({self.most}, {level} / {self.heaviest})"
        return f"(CASE WHEN chosen.{size} <= {level} THEN {self.most} ELSE {fitting} END)"

    def __deepcopy__(self, memo: dict[int, Any]) -> "Many":
        """Keep `required`, which `Document.embed` sets after the field is made."""
        copy: Many = super().__deepcopy__(memo)
        copy.required = self.required
        return copy


def octets_of_texts(document: "Document") -> Any:
    """The size in bytes of the row's long texts, without those of embedded lists."""
    texts = [field for field in document.fields.values() if isinstance(field, LongText)]
    return sum((field.octets() for field in texts), Value(0))
