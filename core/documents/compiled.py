"""What documents and their embedded lists are compiled to, once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import F, Func, Model

from core.documents.columns import Columns, Layout, Row, converter, values_at
from core.documents.fields import Document
from core.documents.selection import Bound, bind, select
from core.documents.states import state_column
from core.documents.truncation import Many, octets_of_texts
from core.queries import Param, filled

CHOSEN = "chosen rows %s"
"""Stands in a compiled statement for the SQL that selects the ids of its rows."""
OUTER = "outer_row"
"""Alias of the ids of the rows whose embedded lists are read."""


@dataclass(frozen=True)
class Embedded:
    """A list embedded in a document: where its parts stand in a row, and the SQL of its rows."""

    many: Many
    size: int
    documents: int
    shortening: int
    picked: str
    counted: str
    params: tuple[Any, ...]


@dataclass(frozen=True)
class Statement:
    """SQL that selects the columns of rows: what stands before and after that of their ids."""

    before: str
    after: str
    params_before: tuple[Any, ...]
    params_after: tuple[Any, ...]
    converters: list[tuple[int, Any]]
    """How to convert values, by the place of the column."""

    def bound(self, chosen: Bound, values: Mapping[str, Any]) -> Bound:
        """The whole statement, with the values of its parameters."""
        before, after = filled(self.params_before, values), filled(self.params_after, values)
        sql = self.before + chosen.sql + self.after
        return Bound(sql, (*before, *chosen.params, *after))


@dataclass(frozen=True)
class CompiledDocument:
    """A compiled document: its SQL before and after that of the chosen rows, and its rows."""

    statement: Statement
    key_type: str
    layout: Layout
    lists: dict[str, Embedded]
    added: list[None]
    """What is added to each row, for the embedded lists."""
    id: int
    version: int
    order: int
    parent: int
    texts: int
    """The place of the size of all long texts together."""
    state: int | None
    """The place of the state of the workspace, see `core.documents.states`."""

    def completed(self, rows: list[Any]) -> list[Any]:
        """Rows as they were read, with values as JSON has them, and room for what is added."""
        present = [
            (place, convert)
            for place, convert in self.statement.converters
            if any(row[place] is not None for row in rows)
        ]
        if not (self.added or present):
            return rows
        wider = [[*row, *self.added] for row in rows]
        for place, convert in present:
            for row in wider:
                row[place] = row[place] and convert(row[place])
        return wider

    @cached_property
    def digest(self) -> str:
        """Changes with the columns and keys of the document."""
        text = repr((self.statement.before, self.layout.keys))
        return sha256(text.encode()).hexdigest()[:16]

    def sizes(self, rows: Iterable[Row]) -> Iterable[int]:
        """The estimated sizes of the rows' long texts and embedded lists, in bytes."""
        places = self.texts, *(each.size for each in self.lists.values())
        return map(sum, map(values_at(places), rows))

    def same(self, rows: list[Any]) -> Bound:
        """SQL that selects rows again which were read before."""
        ids = [row[self.id] for row in rows]
        return Bound(select(f"unnest(%s::{self.key_type}[])"), (ids,))


@lru_cache(maxsize=256)
def compiled_document(
    document: type[Document],
    include: frozenset[str],
    order: str,
    *,
    parent: str = "pk",
    within: type[Model] | None = None,
) -> CompiledDocument:
    """The document, compiled; `parent` is the column for the row that an embedded one belongs to.

    `order` is a column with or without "-"; rows that are equal in it are ordered by id. `within`
    is the model of the row whose workspace the list belongs to, if its state is to be read.
    """
    model, shown, columns = document.Meta.model, document(), Columns()
    key_type = str(model._meta.pk.rel_db_type(connection))
    has_version = any(each.name == "version" for each in model._meta.concrete_fields)
    fields = shown.shown_fields(include)
    layout = shown.layout(columns, include=include)
    lists = {
        name: _embedded(many, columns, key_type, include)
        for name, many in fields.items()
        if isinstance(many, Many)
    }
    return CompiledDocument(
        key_type=key_type,
        layout=layout,
        lists=lists,
        id=columns.place_of(F("pk")),
        version=columns.place_of(F("version" if has_version else "pk")),
        order=columns.place_of(F(order.removeprefix("-"))),
        parent=columns.place_of(F(parent)),
        texts=columns.place_of(octets_of_texts(fields)),
        state=columns.place_of(state_column(within)) if within else None,
        added=[None] * len(columns.added),
        statement=_statement(model, columns, order),
    )


def _statement(model: Any, columns: Columns, order: str) -> Statement:
    sign = "-" if order.startswith("-") else ""
    named = {f"c{number}": column for number, column in enumerate(columns)}
    by = columns.place_of(F(order.removeprefix("-"))), columns.place_of(F("pk"))
    ids = Func(Param(CHOSEN), template=f"({CHOSEN % '%(expressions)s'})")
    chosen = model._base_manager.filter(pk__in=ids).annotate(**named)
    rows = chosen.values_list(*named).order_by(*(f"{sign}c{place}" for place in by))
    query = rows.query
    # Statements longer than LONGEST_KNOWN of `config.postgresql` are parsed each time.
    query.change_aliases({alias: f"t{number}" for number, alias in enumerate(query.alias_map)})
    compiler = query.get_compiler(DEFAULT_DB_ALIAS)
    sql, params = compiler.as_sql()
    before, _, after = sql.partition(CHOSEN)
    names = [each.name if isinstance(each, Param) else None for each in params]
    chosen_at = names.index(CHOSEN)
    found = [converter(column) for column, *_ in compiler.select[: len(named)]]
    return Statement(
        before,
        after,
        params[:chosen_at],
        params[chosen_at + 1 :],
        [(place, convert) for place, convert in enumerate(found) if convert],
    )


def _embedded(many: Many, columns: Columns, key_type: str, include: frozenset[str]) -> Embedded:
    outer = Func(template=f"{OUTER}.id", output_field=many.document.Meta.model._meta.pk)
    picked, counted = bind(many.picked(outer)), bind(many.rows_of(outer).order_by())
    if picked is None or counted is None or picked.params != counted.params:
        message = f"the rows of {many.field_name} cannot be embedded"
        raise TypeError(message)
    each = f"unnest(%s::{key_type}[], %s::int[]) AS {OUTER} (id, most)"
    rows = f"LATERAL ({picked.sql} LIMIT {OUTER}.most) AS picked (id)"
    total = f"({select('count(*)', f'({counted.sql}) AS rows')})"
    return Embedded(
        many,
        size=columns.place_of(many.octets(include)),
        documents=many.member(columns, ""),
        shortening=many.shortening(columns, ""),
        picked=select("picked.id", f"{each}, {rows}"),
        counted=select(f"{OUTER}.id::text, {total}", f"unnest(%s::{key_type}[]) AS {OUTER} (id)"),
        params=picked.params,
    )
