"""Reading documents: one SQL statement for the rows, one for each list embedded in them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import Model

from core.documents.columns import values_at
from core.documents.compiled import CompiledDocument, Embedded, compiled_document
from core.documents.expressions import MOST
from core.documents.fields import Document
from core.documents.selection import Bound, row_with

UNLIMITED = 2**30
Rows = list[list[Any]]


class Shown(NamedTuple):
    """A row's document, with its version for the ETag and what a cursor needs.

    `octets` is the size of the document in bytes, with the comma after it. `place` is the value of
    the column the list is ordered by.
    """

    document: orjson.Fragment
    octets: int
    version: int
    id: Any
    place: Any


class Reading(NamedTuple):
    """What to read: the document, embeds to include, the order, values of parameters."""

    document: type[Document]
    include: frozenset[str] = frozenset()
    order: str = "created_at"
    values: Mapping[str, Any] = MappingProxyType({})
    within: type[Model] | None = None
    """The model of the row, whose id is the value `within`, in whose workspace all rows are."""

    @property
    def compiled(self) -> CompiledDocument:
        return compiled_document(self.document, self.include, self.order, within=self.within)

    def state(self, rows: Rows) -> str | None:
        """The state of the workspace at the time the rows were read; None without rows."""
        place = self.compiled.state
        return rows[0][place] if rows and place is not None else None

    def rows(self, chosen: Bound | None, *, most_octets: int = UNLIMITED) -> Rows:
        """The rows whose ids `chosen` selects, in order; each long text is cut to `most_octets`."""
        return _rows(self.compiled, chosen, {**self.values, MOST: most_octets})

    def embed(self, rows: Rows, limits: Mapping[str, Sequence[int]] = MappingProxyType({})) -> None:
        """Add the embedded lists to the rows, with at most as many documents as `limits` says."""
        compiled = self.compiled
        ids = [row[compiled.id] for row in rows]
        for name, embedded in compiled.lists.items() if rows else ():
            most = limits.get(name) or [embedded.many.limits.most] * len(rows)
            has_any = any(row[embedded.size] for row in rows)
            found = self._embedded(embedded, ids, most) if has_any else defaultdict(list)
            # Counting takes longer than reading a few: only lists that may have more are counted.
            full = [pk for pk, limit in zip(ids, most, strict=True) if len(found[pk]) == limit]
            totals = _totals(embedded, full)
            for row, pk in zip(rows, ids, strict=True):
                row[embedded.documents] = found[pk]
                if totals.get(pk, 0) > len(found[pk]):
                    count = {"shown": len(found[pk]), "total": totals[pk]}
                    row[embedded.shortening] = orjson.dumps(count).decode()

    def _embedded(
        self, embedded: Embedded, ids: list[Any], most: Sequence[int]
    ) -> Mapping[Any, list[Any]]:
        """The documents that belong to each of these rows, by its id."""
        many = embedded.many
        compiled = compiled_document(many.document, self.include, many.order, parent=many.of)
        chosen = Bound(embedded.picked, (ids, list(most), *embedded.params))
        rows = _rows(compiled, chosen, {**self.values, MOST: UNLIMITED})
        found = defaultdict(list)
        for row, document in zip(rows, compiled.layout.objects(rows), strict=True):
            found[row[compiled.parent]].append(document)
        return found

    def objects(self, rows: Rows) -> list[dict[str, Any]]:
        """The documents of rows as dictionaries, to which more may be added."""
        return list(self.compiled.layout.objects(rows))

    def shown(self, rows: Rows) -> list[Shown]:
        """The documents of rows that have their embedded lists."""
        compiled = self.compiled
        facts = values_at((compiled.version, compiled.id, compiled.order))
        texts = map(orjson.dumps, compiled.layout.objects(rows))
        return [
            Shown(orjson.Fragment(text), len(text) + 1, *facts(row))
            for row, text in zip(rows, texts, strict=True)
        ]


def show(document: type[Document], chosen: Bound | None, **how: Any) -> list[Shown]:
    """The documents of all rows that `chosen` selects, whole; `how` are fields of a `Reading`."""
    reading = Reading(document, **how)
    rows = reading.rows(chosen)
    reading.embed(rows)
    return reading.shown(rows)


def show_one(document: type[Document], pk: Any, **how: Any) -> Shown:
    """The document of a row that exists; ValueError if it does not. `how` as in `show`."""
    [shown] = show(document, row_with(pk), **how)
    return shown


def _rows(compiled: CompiledDocument, chosen: Bound | None, values: Mapping[str, Any]) -> Rows:
    if chosen is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(*compiled.statement.bound(chosen, values))
        read: Any = cursor  # the cursor of `config.postgresql`
        return compiled.completed(read.fetch_for_json())


def _totals(embedded: Embedded, ids: list[Any]) -> Mapping[Any, int]:
    """How many rows belong to each of these."""
    if not ids:
        return {}
    with connection.cursor() as cursor:
        # The parameters of the rows stand in the SELECT list, before the ids.
        cursor.execute(embedded.counted, (*embedded.params, ids))
        return dict(cursor.fetchall())
