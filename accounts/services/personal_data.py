"""Everything kept about one person; every app adds its kinds of rows from above."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet

from accounts.models import User
from core.context import as_system
from core.documents.compiled import bind
from core.documents.fields import Document, Reading, show_one
from core.documents.pages import PAGE, columns_of, measured, read_page
from core.documents.pages import Page as Rows


class Kind(NamedTuple):
    """One kind of row, how it is shown, and which are the person's."""

    document: type[Document]
    rows: Callable[[User], QuerySet[Any]]


NOTHING: frozenset[str] = frozenset()
MOST = 1000
"""Rows of one kind in one answer."""

kinds: dict[str, Kind] = {}


def contribute(name: str, document: type[Document], rows: Callable[[User], QuerySet[Any]]) -> None:
    """Let these rows be part of every export; called by the app's `exports` module."""
    kinds[name] = Kind(document, rows)


class Part(NamedTuple):
    """As much of it as one answer holds, and where the next one begins; None at the end."""

    data: dict[str, Any]
    next: "Place | None"


class Place(NamedTuple):
    """Behind this row of this kind; before the first one if `after` is empty."""

    kind: str
    after: str


@as_system("exporting what is kept about a person")
def everything_of(person: User, profile: type[Document], start: Place | None = None) -> Part:
    """The person's own data, oldest first; one query for each kind."""
    found: dict[str, Any] = {"profile": show_one(profile, person.pk).document}
    found |= {name: [] for name in kinds}
    names = list(kinds)
    used = 0
    for name in names[names.index(start.kind) if start else 0 :]:
        after = start.after if start and start.kind == name else ""
        if used >= PAGE:
            return Part(found, Place(name, after))
        page = _rows(kinds[name], person, after, used)
        found[name] = [row.document for row in page.rows]
        used += page.octets
        if not page.is_last:
            return Part(found, Place(name, page.rows[-1].id))
    return Part(found, None)


def _rows(kind: Kind, person: User, after: str, used: int) -> Rows:
    rows = measured(kind.rows(person).order_by("pk"), kind.document, NOTHING)
    rows = rows.filter(pk__gt=after) if after else rows
    chosen = bind(rows[: MOST + 1], *columns_of(kind.document, NOTHING))
    return read_page(Reading(kind.document, order="pk"), chosen, MOST, used=used)
