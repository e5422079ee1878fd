"""Everything kept about one person; every app adds its kinds of rows from above."""

from collections.abc import Callable
from typing import Any, NamedTuple

import orjson
from django.db.models import QuerySet

from accounts.models import User
from core.context import as_system
from core.prepared import bind
from core.reads import Document, show, show_one


class Kind(NamedTuple):
    """One kind of row, how it is shown, and which are the person's."""

    document: type[Document]
    rows: Callable[[User], QuerySet[Any]]


kinds: dict[str, Kind] = {}


def contribute(name: str, document: type[Document], rows: Callable[[User], QuerySet[Any]]) -> None:
    """Let these rows be part of every export; called by the app's `exports` module."""
    kinds[name] = Kind(document, rows)


@as_system("exporting what is kept about a person")
def everything_of(person: User, profile: type[Document]) -> dict[str, Any]:
    """The person's own data, oldest first; one query for each kind."""
    found: dict[str, Any] = {"profile": show_one(profile, person.pk).document}
    return found | {name: _documents(kind, person) for name, kind in kinds.items()}


def _documents(kind: Kind, person: User) -> list[orjson.Fragment]:
    chosen = bind(kind.rows(person).order_by("pk"))
    return [row.document for row in show(kind.document, chosen, order="pk")]
