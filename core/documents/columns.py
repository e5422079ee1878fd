"""The columns that a document needs, and how a row of their values becomes an object.

PostgreSQL sends plain values; ids and days arrive as text, which JSON needs anyway.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from django.db.models import Expression, F, JSONField, Subquery

Column = Expression | F | Subquery[Any]
Row = Sequence[Any]
Values = tuple[Any, ...]
MISSING = object()


class Columns:
    """The expressions a document selects, each of them once; a row has their values, in order."""

    def __init__(self) -> None:
        self._places: dict[Column, int] = {}
        self.added: dict[str, int] = {}
        """Places, counted from the end, of what is added to the rows once they are read."""

    def place_of(self, column: Column) -> int:
        """The place of the column's value in a row."""
        if isinstance(column, F):  # one column for the names of a key: pk and id, a__id and a_id
            name: str = vars(column)["name"]
            column = F(re.sub(r"(?:^|__)(?:pk|id)$", "_id", name).removeprefix("_"))
        return self._places.setdefault(column, len(self._places))

    def added_place_of(self, name: str) -> int:
        """The place of a value that no column has: it is added to the end of each row."""
        return self.added.setdefault(name, -1 - len(self.added))

    def __iter__(self) -> Iterator[Column]:
        return iter(self._places)


class Part(NamedTuple):
    """A value made of those at some places of a row: once for equal ones, however many rows."""

    places: tuple[int, ...]
    make: Callable[[Values], Any]


class Layout:
    """Where in a row each key of an object finds its value, or the Part that makes it."""

    def __init__(self, members: dict[str, int | Part]) -> None:
        self.keys = tuple(members)
        self._pick = values_at(each if isinstance(each, int) else 0 for each in members.values())
        self._parts = [
            (key, values_at(part.places), part.make)
            for key, part in members.items()
            if isinstance(part, Part)
        ]

    def objects(self, rows: Iterable[Row]) -> Iterator[dict[str, Any]]:
        """The objects of the rows, each made when it is asked for."""
        keys, take = self.keys, self._pick
        parts: list[Any] = [(*part, {}) for part in self._parts]
        for row in rows:
            shown = dict(zip(keys, take(row), strict=False))
            for key, pick, make, known in parts:
                values = pick(row)
                found = known.get(values, MISSING)
                if found is MISSING:
                    found = known[values] = make(values)
                shown[key] = found
            yield shown

    def json(self, row: Row) -> orjson.Fragment:
        """The object of one row, as JSON."""
        shown = dict(zip(self.keys, self._pick(row), strict=False))
        for key, pick, make in self._parts:
            shown[key] = make(pick(row))
        return orjson.Fragment(orjson.dumps(shown))


def values_at(places: Iterable[int]) -> Callable[[Row], Values]:
    """The function that takes the values at these places of a row."""
    match tuple(places):
        case ():
            return lambda _: ()
        case (place,):
            return lambda row: (row[place],)
        case several:
            return itemgetter(*several)


def converter(column: Any) -> Callable[[str], Any] | None:
    """How a value becomes JSON that is not written as it is, else None."""
    return orjson.Fragment if isinstance(column.output_field, JSONField) else None
