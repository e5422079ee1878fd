"""Reading events page by page; a page examines a bounded number of them.

So a filter that few events meet, and a person who may read few, never walk through a whole log:
their pages may be empty, and say where the next one begins.
"""

from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    TextField,
)
from django.db.models.functions import Cast, Coalesce

from activity.models import Event, EventCounter, TextChange
from core.actor import Actor
from core.queries import compiled

EXAMINED = 2000
"""The most events that a page examines."""
LARGEST = 3 * 1024 * 1024 // 2
"""The most bytes of the changes in a page, which ends early if it has more."""


class Page(NamedTuple):
    """Events in order, and the number of the last one examined, None if there are no more."""

    events: list[Event]
    examined: int | None


class Pages(NamedTuple):
    """The events `among` which those that are `wanted` are looked for; an index has the former."""

    actor: Actor
    among: Q
    wanted: Q = Q()

    def back(self, before: int | None, limit: int) -> Page:
        """The newest events, with numbers lower than `before`."""
        rows = Event.objects.filter(self.among, seq__isnull=False)
        if before is not None:
            rows = rows.filter(seq__lt=before)
        last = rows.order_by("-seq").values_list("seq", flat=True)[EXAMINED - 1 : EXAMINED]
        bound = next(iter(last), None)
        bounded = rows if bound is None else rows.filter(seq__gte=bound)
        events, is_whole = self._read(bounded, "-seq", limit)
        return Page(events, bound if is_whole else events[-1].seq)

    def on(self, after: int, last: int, limit: int) -> Page:
        """The events after the number `after`, up to the number `last`."""
        bound = min(after + EXAMINED, last)
        rows = Event.objects.filter(self.among, seq__gt=after, seq__lte=bound)
        events, is_whole = self._read(rows, "seq", limit)
        return Page(events, max(bound, after) if is_whole else events[-1].seq)

    def _read(self, rows: Any, order: str, limit: int) -> tuple[list[Event], bool]:
        """The first of the rows that fit in a page, at least one, and whether these are all."""
        sized = rows.filter(self.wanted).visible_to(self.actor).annotate(octets=_octets())
        picked = list(sized.order_by(order).values_list("pk", "octets")[: limit + 1])
        sizes = accumulate(octets for _, octets in picked[:limit])
        fitting = max(sum(total <= LARGEST for total in sizes), 1)
        ids = [pk for pk, _ in picked[: min(fitting, limit)]]
        events = Event.objects.filter(pk__any_of=ids).order_by(order)
        return list(events), len(ids) == len(picked)


def last_number(workspace_id: UUID) -> int:
    """The number of the workspace's last event: all up to it are committed."""
    return _number_of.first(workspace=workspace_id) or 0


@compiled
def _number_of(workspace: Any) -> QuerySet[EventCounter, Any]:
    return EventCounter.objects.filter(pk=workspace).values_list("last_seq", flat=True)


def _octets() -> Any:
    """The bytes of an event's changes, with those of its long texts."""
    texts = TextChange.objects.filter(event=OuterRef("pk")).order_by().values("event")
    total = texts.annotate(total=Sum(_octets_of("edits"))).values("total")
    return _octets_of("changes") + Coalesce(Subquery(total, IntegerField()), 0)


def _octets_of(column: str) -> Func:
    as_text = Cast(column, TextField())
    return Func(as_text, function="octet_length", output_field=IntegerField())
