"""Reading lists with a limit on the size of an answer, which bounds the memory of the process.

PostgreSQL sends the beginnings of long texts only, with the sizes of texts and embedded lists. From
these is decided what is shown; texts that are shown longer are then read again.
"""

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from core.documents.reading import Reading, Rows, Shown
from core.documents.selection import Bound

MEBIBYTE = 1024 * 1024
LARGEST = 8 * MEBIBYTE - 64 * 1024
"""Most bytes of the documents of one answer; the rest of 8 MiB is for the envelope."""
PAGE = 3 * MEBIBYTE // 2
"""Most bytes of long texts and embedded lists in a page, which ends early if it has more."""
TEXTS = 3 * MEBIBYTE // 2
"""Most bytes of long texts in a list without further pages; embedded texts take what is left."""
AGAIN = 8
"""The divisor of all budgets in a second attempt, if the answer was larger than estimated: by JSON
escapes or long names."""


class Page(NamedTuple):
    """The first rows of a list, whether they are the last ones, and their size in bytes.

    `state` is that of the workspace when they were read (`core.documents.states`).
    """

    rows: list[Shown]
    is_last: bool = True
    octets: int = 0
    state: str | None = None


def read_page(reading: Reading, chosen: Bound | None, most: int, *, used: int = 0) -> Page:
    """As many of the first `most` rows as fit, but at least one; the next page has the rest.

    `chosen` selects one row more, if there is one. `used` is the number of bytes that other parts
    of the answer take.
    """
    share = PAGE // most
    found = reading.rows(chosen, most_octets=share)
    sizes = reading.compiled.sizes(found[:most])
    fitting = sum(total <= PAGE - used for total in accumulate(sizes))
    rows = _with_texts(reading, found[: max(fitting, 1)], PAGE, cut_to=share)
    reading.embed(rows)
    page = _fitting(reading.shown(rows), len(found), LARGEST - used)
    return page._replace(state=reading.state(found))


def read_whole(reading: Reading, chosen: Bound | None, most: int) -> Page:
    """The first `most` rows, shortened if they do not fit; for clients that do not use pages."""
    share = TEXTS // most
    found = reading.rows(chosen, most_octets=share)
    page = _fitting(_shortened(reading, found[:most], cut_to=share), len(found))
    return page._replace(state=reading.state(found))


def read_one(reading: Reading, chosen: Bound | None) -> Shown | None:
    """The one row chosen, shortened if it does not fit; None if there is no such row."""
    rows = reading.rows(chosen, most_octets=LARGEST)
    reading.embed(rows)
    for shown in reading.shown(rows):
        return shown if shown.octets <= LARGEST else _shortened(reading, rows, cut_to=LARGEST)[0]
    return None


def _shortened(reading: Reading, rows: Rows, *, cut_to: int) -> list[Shown]:
    """The rows with texts and lists cut so that they fit; their texts are cut to `cut_to` bytes."""
    shown = _cut(reading, rows, cut_to=cut_to)
    is_too_much = sum(each.octets for each in shown) > LARGEST
    return _cut(reading, rows, cut_to=cut_to, by=AGAIN) if is_too_much else shown


def _cut(reading: Reading, rows: Rows, *, cut_to: int, by: int = 1) -> list[Shown]:
    """The rows with texts and lists cut to the budgets, each of them divided by `by`."""
    compiled = reading.compiled
    sizes = [row[compiled.texts] for row in rows]
    left = max(0, TEXTS // by - sum(sizes))
    again = _with_texts(reading, rows, level_of(sizes, TEXTS // by), cut_to=cut_to)
    limits = {}
    for name, embedded in compiled.lists.items():
        sizes = [row[embedded.size] for row in again]
        budget = embedded.many.limits.budget
        level = level_of(sizes, left if budget is None else budget // by)
        limits[name] = [embedded.many.limit(size, level) for size in sizes]
    reading.embed(again, limits)
    return reading.shown(again)


def level_of(sizes: Sequence[int], budget: int) -> int:
    """The largest size such that all sizes, cut to it, are within the budget together."""
    level, others = 0, len(sizes)
    for size in sorted(sizes):
        level = max(level, budget // others)
        budget, others = budget - size, others - 1
    return level


def _with_texts(reading: Reading, rows: Rows, most_octets: int, *, cut_to: int) -> Rows:
    """The rows with texts cut to `most_octets` instead of `cut_to`, read again if that differs."""
    compiled = reading.compiled
    longest = max((row[compiled.texts] for row in rows), default=0)
    if longest <= min(cut_to, most_octets):
        return rows
    return reading.rows(compiled.same(rows), most_octets=most_octets)


def _fitting(shown: list[Shown], found: int, largest: int = LARGEST) -> Page:
    """The first rows whose documents together are within `largest` bytes, but at least one."""
    octets = 0
    for place, each in enumerate(shown):
        if place and octets + each.octets > largest:
            return Page(shown[:place], is_last=False, octets=octets)
        octets += each.octets
    return Page(shown, len(shown) == found, octets)
