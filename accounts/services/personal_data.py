"""The export of all data stored about one person; upper apps register their kinds of rows."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet

from accounts.events import PersonalDataExported
from accounts.models import User
from core.actor import Actor
from core.context import as_system
from core.documents.fields import Document
from core.documents.pages import PAGE, read_page
from core.documents.pages import Page as Rows
from core.documents.reading import Reading, show_one
from core.documents.selection import bind
from core.events import publish


class Kind(NamedTuple):
    """A kind of rows: its document, and the function that returns a person's rows."""

    document: type[Document]
    rows: Callable[[User], QuerySet[Any]]


MOST = 1000
"""The most rows of one kind in one answer."""

kinds: dict[str, Kind] = {}


def contribute(name: str, document: type[Document], rows: Callable[[User], QuerySet[Any]]) -> None:
    """Register rows for the export; called by the `exports` modules of apps."""
    kinds[name] = Kind(document, rows)


class Part(NamedTuple):
    """The data of one answer, and where the next one begins; None after the last."""

    data: dict[str, Any]
    next: "Place | None"


class Place(NamedTuple):
    """A position in the export: behind the row with the id `after`, or before the first if ""."""

    kind: str
    after: str


@as_system("exporting what is kept about a person")
def everything_of(actor: Actor, profile: type[Document], start: Place | None = None) -> Part:
    """A part of the actor's export from `start`, oldest first; one query for each kind."""
    person = actor.person
    if start is None:
        publish(PersonalDataExported(actor=actor, person=person))
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
    rows = kind.rows(person).order_by("pk")
    rows = rows.filter(pk__gt=after) if after else rows
    reading = Reading(kind.document, order="pk")
    return read_page(reading, bind(rows[: MOST + 1]), MOST, used=used)
