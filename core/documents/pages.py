"""Reading lists with a limit on the size of an answer, which bounds the memory of the process.

PostgreSQL sums up the sizes of long texts and embedded lists before it builds documents; it knows
the size of a stored text without reading it. What does not fit is left out or shortened by the
same statement.
"""

from functools import cache
from typing import Any, NamedTuple

from django.db.models import Expression, QuerySet

from core.documents.compiled import Bound, bind, select
from core.documents.fields import Document, Reading, Shown
from core.documents.truncation import TEXT, Many, octets_of_texts

MEBIBYTE = 1024 * 1024
LARGEST = 8 * MEBIBYTE - 64 * 1024
"""Most bytes of the documents of one answer; the rest of 8 MiB is for the envelope."""
PAGE = 3 * MEBIBYTE // 2
"""Most bytes of long texts and embedded lists in a page, which ends early if it has more."""
TEXTS = 3 * MEBIBYTE // 2
"""Most bytes of long texts in a list without further pages; embedded texts take what is left."""
NUMBERED = "c.pk, row_number() OVER (), count(*) OVER ()"
AGAIN = 8
"""The divisor of all budgets in a second attempt, if the answer was larger than estimated: by JSON
escapes or long names."""


class Page(NamedTuple):
    """The first rows of a list, whether they are the last ones, and their size in bytes."""

    rows: list[Shown]
    is_last: bool = True
    octets: int = 0


def columns_of(document: type[Document], include: frozenset[str]) -> tuple[str, ...]:
    """The names of the columns that `measured` adds."""
    return tuple(_sizes(document, include))


def measured(
    rows: QuerySet[Any], document: type[Document], include: frozenset[str]
) -> QuerySet[Any]:
    """The rows with columns for the sizes of their long texts and embedded lists, in bytes."""
    found: QuerySet[Any] = rows.annotate(**_sizes(document, include))
    return found


def read_page(reading: Reading, chosen: Bound | None, most: int, *, used: int = 0) -> Page:
    """As many of the first `most` rows as fit, but at least one; the next page has the rest.

    `used` is the number of bytes that other parts of the answer take.
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
    """The first `most` rows, shortened if they do not fit; for clients that do not use pages."""
    if chosen is None:
        return Page([])
    rows = _bounded(reading, chosen, most)
    if sum(_octets(text) for text, *_ in rows) > LARGEST:
        rows = _bounded(reading, chosen, most, by=AGAIN)
    return _fitting(rows)


def read_one(reading: Reading, chosen: Bound | None) -> Shown | None:
    """The one row chosen, shortened if it does not fit; None if there is no such row."""
    for text, shown, _ in reading.all_of(chosen):
        if _octets(text) <= LARGEST:
            return shown
        itself = reading.document.Meta.model._base_manager.filter(pk=shown.id)
        sizes = columns_of(reading.document, reading.include)
        again = bind(measured(itself, reading.document, reading.include), *sizes)
        return read_whole(reading, again, 1).rows[0]
    return None


def _bounded(reading: Reading, chosen: Bound, most: int, *, by: int = 1) -> list[Any]:
    """The rows with texts and lists cut to the budgets, each of them divided by `by`."""
    names = columns_of(reading.document, reading.include)
    sizes = ", ".join(f"c.{name}" for name in names)
    source = select(f"{NUMBERED}, {sizes}", f"({chosen.sql}) c")
    header = ", ".join(("id", "place", "many", *names))
    levels, budgets = _levels(reading.document, reading.include)
    ctes = f"chosen ({header}) AS MATERIALIZED ({source}), levels AS MATERIALIZED ({levels})"
    params = (*chosen.params, *(budget // by for budget in budgets))
    return reading.rows(ctes, params, only="chosen.place <= %s", limits=(most,), bounded=True)


def _fitting(rows: list[tuple[str, Shown, int]], largest: int = LARGEST) -> Page:
    """The first rows whose documents together are within `largest` bytes, but at least one."""
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
    """The size in bytes with the comma after it; ASCII, as most are, need not be encoded."""
    return 1 + (len(text) if text.isascii() else len(text.encode()))


@cache
def _sizes(document: type[Document], include: frozenset[str]) -> dict[str, Expression]:
    """The sizes of a document's long texts together, and of each embedded list, by column name."""
    shown = document()
    return {TEXT: octets_of_texts(shown)} | {
        f"{name}_size": field.octets() for name, field in _lists(shown, include).items()
    }


@cache
def _levels(document: type[Document], include: frozenset[str]) -> tuple[str, list[int]]:
    """SQL of the CTE `levels`, the most bytes per row for each part, and its parameters."""
    lists = _lists(document(), include)
    levels = [_level(TEXT, "%s::bigint")]
    budgets = [TEXTS]
    for name, field in lists.items():
        left = f"GREATEST(0, %s::bigint - ({select(f'sum({TEXT})', 'chosen')}))"
        levels.append(_level(f"{name}_size", left if field.budget is None else "%s::bigint"))
        budgets.append(TEXTS if field.budget is None else field.budget)
    return f"SELECT {', '.join(levels)}", budgets


def _level(size: str, budget: str) -> str:
    """SQL for the largest size per row such that all rows together stay within the budget.

    For every row, in order of size: what smaller rows leave of the budget, divided equally among
    the others. The result is the maximum of these shares; rows above it are cut to it.
    """
    before = f"sum({size}) OVER (ORDER BY {size} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
    others = f"count(*) OVER (ORDER BY {size} ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)"
    shares = select(f"COALESCE({before}, 0) AS before, {others} AS others", "chosen")
    level = select(f"max(({budget} - s.before) / s.others)::int", f"({shares}) s")
    return f"({level}) AS {size}"


def _lists(document: Document, include: frozenset[str]) -> dict[str, Many]:
    shown = document.shown_fields(include)
    return {name: field for name, field in shown.items() if isinstance(field, Many)}
