"""Reading lists so that no answer grows beyond what a process can hold for many readers.

Long texts and embedded lists are measured before anything is built: by PostgreSQL, which knows
the size of a stored text without reading it. What does not fit is left out there, too.
"""

from functools import cache
from typing import Any, NamedTuple

from django.db.models import Expression, QuerySet

from core.documents.compiled import Bound, bind, select
from core.documents.fields import Document, Reading, Shown
from core.documents.truncation import TEXT, Many, octets_of_texts

MEBIBYTE = 1024 * 1024
LARGEST = 8 * MEBIBYTE - 64 * 1024
"""Bytes the documents of one answer take at most; the rest is for the envelope."""
PAGE = 3 * MEBIBYTE // 2
"""Bytes of long texts and embedded lists after which a page ends early."""
TEXTS = 3 * MEBIBYTE // 2
"""Bytes of long texts in a list that cannot be continued; embedded texts take what is left."""
NUMBERED = "c.pk, row_number() OVER (), count(*) OVER ()"
AGAIN = 8
"""By how much less is shown if the measured sizes were too small: escapes, long names."""


class Page(NamedTuple):
    """The first rows of a list, whether there are more, and how many bytes these take."""

    rows: list[Shown]
    is_last: bool = True
    octets: int = 0


def columns_of(document: type[Document], include: frozenset[str]) -> tuple[str, ...]:
    """The names under which `measured` rows tell their sizes."""
    return tuple(_sizes(document, include))


def measured(
    rows: QuerySet[Any], document: type[Document], include: frozenset[str]
) -> QuerySet[Any]:
    """The rows with the size of what varies in their documents, in bytes."""
    found: QuerySet[Any] = rows.annotate(**_sizes(document, include))
    return found


def read_page(reading: Reading, chosen: Bound | None, most: int, *, used: int = 0) -> Page:
    """As many of the chosen rows as fit, at least one; the next page shows the rest.

    `used` is how many bytes of the answer something else takes.
    """
    if chosen is None:
        return Page([])
    sizes = " + ".join(f"c.{name}" for name in columns_of(reading.document, reading.include))
    numbered = f"{NUMBERED}, sum({sizes}) OVER (ROWS UNBOUNDED PRECEDING)"
    source = select(numbered, f"({chosen.sql}) c")
    cte = f"chosen (id, place, many, size) AS MATERIALIZED ({source})"
    only = "chosen.place <= %s AND (chosen.size <= %s OR chosen.place = 1)"
    limits = (most, PAGE - used)
    rows = reading.rows(cte, chosen.params, only=only, limits=limits)
    return _fitting(rows, LARGEST - used)


def read_whole(reading: Reading, chosen: Bound | None, most: int) -> Page:
    """All of the chosen rows, with less of each if they do not fit: their reader never pages."""
    if chosen is None:
        return Page([])
    rows = _bounded(reading, chosen, most)
    if sum(_octets(text) for text, *_ in rows) > LARGEST:
        rows = _bounded(reading, chosen, most, by=AGAIN)
    return _fitting(rows)


def read_one(reading: Reading, chosen: Bound | None) -> Shown | None:
    """The one row chosen, with less of it if it does not fit; None if there is no such row."""
    for text, shown, _ in reading.all_of(chosen):
        if _octets(text) <= LARGEST:
            return shown
        itself = reading.document.Meta.model._base_manager.filter(pk=shown.id)
        sizes = columns_of(reading.document, reading.include)
        again = bind(measured(itself, reading.document, reading.include), *sizes)
        return read_whole(reading, again, 1).rows[0]
    return None


def _bounded(reading: Reading, chosen: Bound, most: int, *, by: int = 1) -> list[Any]:
    """The rows with what is allotted to each of texts and lists, a `by`-th of what usually is."""
    names = columns_of(reading.document, reading.include)
    sizes = ", ".join(f"c.{name}" for name in names)
    source = select(f"{NUMBERED}, {sizes}", f"({chosen.sql}) c")
    header = ", ".join(("id", "place", "many", *names))
    levels, budgets = _levels(reading.document, reading.include)
    ctes = f"chosen ({header}) AS MATERIALIZED ({source}), levels AS MATERIALIZED ({levels})"
    params = (*chosen.params, *(budget // by for budget in budgets))
    return reading.rows(ctes, params, only="chosen.place <= %s", limits=(most,), bounded=True)


def _fitting(rows: list[tuple[str, Shown, int]], largest: int = LARGEST) -> Page:
    """The rows that stay within the limit, in bytes as they are sent."""
    fitting: list[Shown] = []
    octets = 0
    for text, shown, _ in rows:
        more = octets + _octets(text)
        if fitting and more > largest:
            break
        octets = more
        fitting.append(shown)
    return Page(fitting, not rows or len(fitting) == rows[0][2], octets)


def _octets(text: str) -> int:
    """With the comma behind it; most documents are ASCII, whose size is known."""
    return 1 + (len(text) if text.isascii() else len(text.encode()))


@cache
def _sizes(document: type[Document], include: frozenset[str]) -> dict[str, Expression]:
    """What varies in a document's size: its long texts, and each list that is embedded."""
    shown = document()
    return {TEXT: octets_of_texts(shown)} | {
        f"{name}_size": field.octets() for name, field in _lists(shown, include).items()
    }


@cache
def _levels(document: type[Document], include: frozenset[str]) -> tuple[str, list[int]]:
    """SQL for how many bytes of each part every row may have, and the budgets it takes."""
    lists = _lists(document(), include)
    levels = [_level(TEXT, "%s::bigint")]
    budgets = [TEXTS]
    for name, field in lists.items():
        left = f"GREATEST(0, %s::bigint - ({select(f'sum({TEXT})', 'chosen')}))"
        levels.append(_level(f"{name}_size", left if field.budget is None else "%s::bigint"))
        budgets.append(TEXTS if field.budget is None else field.budget)
    return f"SELECT {', '.join(levels)}", budgets


def _level(size: str, budget: str) -> str:
    """The most that each row may have so that all of them together stay within the budget.

    In the order of their size: if the smaller ones take what they need, the rest is shared by
    the others alike. That share grows as long as rows need less than it, and shrinks from there on.
    """
    before = f"sum({size}) OVER (ORDER BY {size} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    others = f"count(*) OVER (ORDER BY {size} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"
    shares = select(f"COALESCE({before}, 0) AS before, {others} AS others", "chosen")
    level = select(f"max(({budget} - s.before) / s.others)::int", f"({shares}) s")
    return f"({level}) AS {size}"


def _lists(document: Document, include: frozenset[str]) -> dict[str, Many]:
    shown = document.shown_fields(include)
    return {name: field for name, field in shown.items() if isinstance(field, Many)}
