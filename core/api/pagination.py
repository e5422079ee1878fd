"""Pagination by keyset: a signed cursor with the last row's order value and id, no offsets."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from django.core import signing
from django.db.models import F, Model, QuerySet
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from rest_framework.request import Request

from core.api.envelope import Answer
from core.documents.fields import Document
from core.documents.pages import read_page, read_whole
from core.documents.reading import Reading, Shown
from core.documents.selection import Selection, bind
from core.errors import Invalid
from core.queries import Param

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
UNPAGED_LIMIT = 1000
"""Most rows for clients that do not use cursors, and ask for the whole list."""

PARAMETERS = ("limit", "cursor", "ordering")
SALT = "gantry.cursor"
IN_URLS = re.compile(r"[\w%&=+,:/?@!$'()*.~-]*", re.ASCII)
"""Query strings without characters that would have to be escaped."""

NAMED_ALIKE: Mapping[str, str] = MappingProxyType({})
"""Of orders that have the names of their columns."""


class InvalidCursor(Invalid):
    message = "This cursor does not belong to this list."


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of a list, with the cursor of the next page (None on the last one).

    `state` is that of the workspace (`core.documents.states`), if it was asked for.
    """

    rows: list[Shown]
    next_cursor: str | None
    state: str | None

    def as_answer(self, request: Request) -> tuple[Answer, dict[str, str]]:
        """The answer with `meta.next_cursor`, and the `Link` header where there is more."""
        documents = [row.document for row in self.rows]
        headers = {}
        if self.next_cursor:
            here = request.build_absolute_uri(request.path)
            asked = request.META.get("QUERY_STRING", "")
            if not IN_URLS.fullmatch(asked):
                # WSGI decodes it as latin-1; characters that a URL must not have are escaped.
                asked = quote(asked.encode("latin-1"), safe="%&=+,:/?@!$'()*")
            query = [part for part in asked.split("&") if part and not part.startswith("cursor=")]
            query.append(f"cursor={self.next_cursor.replace(':', '%3A')}")
            headers["Link"] = f'<{here}?{"&".join(query)}>; rel="next"'
        return Answer(documents, meta={"next_cursor": self.next_cursor}), headers


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order of a list: by one column, then by id."""

    field: str
    descending: bool

    @classmethod
    def of(
        cls, request: Request, allowed: Iterable[str], columns: Mapping[str, str] = NAMED_ALIKE
    ) -> "Order":
        """The order asked for, else the first allowed one; `columns` are those named otherwise."""
        names = list(allowed)
        name = request.query_params.get("ordering") or names[0]
        field, allowed = name.removeprefix("-"), {n.removeprefix("-") for n in names}
        if field not in allowed:
            known = ", ".join(sorted(allowed))
            raise Invalid(errors={"ordering": [f"One of: {known}, each with or without “-”."]})
        return cls(field=columns.get(field, field), descending=name.startswith("-"))

    def __str__(self) -> str:
        return f"{'-' if self.descending else ''}{self.field}"

    def apply(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.order_by(str(self), "-id" if self.descending else "id")

    def after(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows after the last one, found in the index even if many share its place."""
        compared = TupleLessThan if self.descending else TupleGreaterThan
        last = Param("last_place"), Param("last_id")
        return rows.filter(compared(Tuple(F(self.field), F("id")), last))


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Orders rows and cuts them to one page, which begins after a place or with the first row."""

    order: Order
    most: int
    is_first: bool

    def __call__(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The first `most` rows and one more, which shows whether there is a next page."""
        rows = rows if self.is_first else self.order.after(rows)
        return self.order.apply(rows)[: self.most + 1]


def paginate(
    document: type[Document],
    rows: QuerySet[Any] | Selection,
    request: Request,
    *,
    order: Order,
    include: Iterable[str] = (),
    default_limit: int = DEFAULT_LIMIT,
    values: Mapping[str, Any] = MappingProxyType({}),
    within: type[Model] | None = None,
) -> Page:
    """Read the page the request asks for; `within` as in `Reading`.

    A page ends early if its documents are large. With the limit UNPAGED_LIMIT it has all rows
    instead, and large texts and lists in them are shortened.
    """
    limit = page_limit(request, default_limit)
    reading = Reading(document, frozenset(include), str(order), values, within)
    cursor = request.query_params.get("cursor")
    after = place_after(cursor, request) if cursor else {}
    shape = Shape(order=order, most=limit, is_first=not after)
    if isinstance(rows, Selection):
        chosen = rows.bound(shape, **after)
    else:
        chosen = bind(shape(rows), **after)
    read = read_whole if limit == UNPAGED_LIMIT else read_page
    page = read(reading, chosen, limit)
    next_cursor = None
    if not page.is_last:
        next_cursor = signed_cursor(page.rows[-1].place, page.rows[-1].id, request)
    return Page(rows=page.rows, next_cursor=next_cursor, state=page.state)


def page_limit(request: Request, default: int) -> int:
    text = request.query_params.get("limit")
    if text is None:
        return default
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MAX_LIMIT:
        raise Invalid(errors={"limit": [f"A whole number from 1 to {MAX_LIMIT}."]})
    return int(text)


def signed_cursor(place: Any, pk: Any, request: Request) -> str:
    """The cursor of the page after the row at this place, such as a time or a rank."""
    text = place.isoformat() if isinstance(place, datetime) else place
    return signing.Signer(salt=SALT).sign_object([text, str(pk), _list_hash(request)])


def place_after(cursor: str, request: Request) -> dict[str, Any]:
    """The place and the id of the row after which the page begins."""
    try:
        place, pk, origin = signing.Signer(salt=SALT).unsign_object(cursor)
    except (signing.BadSignature, ValueError) as error:
        raise InvalidCursor(errors={"cursor": [InvalidCursor.message]}) from error
    if origin != _list_hash(request):
        raise InvalidCursor(errors={"cursor": [InvalidCursor.message]})
    return {"last_place": place, "last_id": pk}


def _list_hash(request: Request) -> str:
    """A hash of path, filters and order: a cursor is valid for the list it was made for only."""
    params = sorted(
        (name, request.query_params.getlist(name))
        for name in request.query_params
        if name not in ("cursor", "limit")
    )
    return hashlib.sha256(repr((request.path, params)).encode()).hexdigest()[:16]
