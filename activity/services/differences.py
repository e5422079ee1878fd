"""Differences between two versions of a text, from which either version gives the other.

The run time is nearly linear in the length of the texts, whatever they contain.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

import orjson

Edit = tuple[int, str, str]
"""The position in the old text in characters, the old part, and the new part."""

CLAUSE = re.compile(r"[^.,:;!?\n]*[.,:;!?\n]|[^.,:;!?\n]+")
"""Texts are compared by clauses, because a whole paragraph is often one line."""
CLAUSE_ENDS = ".,:;!?\n"
MOST_CLAUSES = 4_000
"""In longer texts only a common beginning and end are recognised."""
MIN_GAP = 16
"""Edits with fewer characters between them are merged into one, which is shorter as JSON."""


class DifferentText(ValueError):
    """The edits do not fit this text: they were made for another version."""


class Span(NamedTuple):
    """Characters [start, end) of the old text that became [new_start, new_end) of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int


def difference(old: str, new: str) -> list[Edit]:
    """The edits that turn `old` into `new`; as JSON never longer than one edit of the whole."""
    whole = _trimmed(old, new, Span(0, len(old), 0, len(new)))
    spans = [_trimmed(old, new, gap) for gap in _gaps(old, new, whole)]
    edits = [_edit(old, new, span) for span in _merged(spans)]
    at_once = [_edit(old, new, whole)] if old != new else []
    return min(edits, at_once, key=lambda found: len(orjson.dumps(found)))


def redo(old: str, edits: list[Edit]) -> str:
    """The new text from the old one."""
    return _applied(old, edits)


def undo(new: str, edits: list[Edit]) -> str:
    """The old text from the new one."""
    shifts = accumulate((len(after) - len(before) for _, before, after in edits), initial=0)
    backwards = [
        (place + shift, after, before)
        for (place, before, after), shift in zip(edits, shifts, strict=False)
    ]
    return _applied(new, backwards)


def _applied(text: str, edits: list[Edit]) -> str:
    pieces, done = [], 0
    for place, before, after in edits:
        if place < done or not text.startswith(before, place):
            raise DifferentText
        pieces += [text[done:place], after]
        done = place + len(before)
    return "".join([*pieces, text[done:]])


def _edit(old: str, new: str, span: Span) -> Edit:
    return (span.start, old[span.start : span.end], new[span.new_start : span.new_end])


def _trimmed(old: str, new: str, span: Span) -> Span:
    """The span without the beginning and the end that both texts have in common."""
    before, after = old[span.start : span.end], new[span.new_start : span.new_end]
    first = _common_length(before, after)
    last = _common_length(before[first:][::-1], after[first:][::-1])
    return Span(span.start + first, span.end - last, span.new_start + first, span.new_end - last)


def _common_length(one: str, other: str) -> int:
    """The length of the common beginning, by binary search."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _gaps(old: str, new: str, span: Span) -> Iterator[Span]:
    """The spans between the clauses that occur once in each text, and in the same order."""
    olds = _clauses(old[span.start : span.end], span.start)
    news = _clauses(new[span.new_start : span.new_end], span.new_start)
    shared = [(olds[clause], news[clause], len(clause)) for clause in olds if clause in news]
    end = (span.end, span.new_end, 0)
    begin = (span.start, span.new_start, 0)
    for (place, new_place, length), (to, new_to, _) in pairwise([begin, *_increasing(shared), end]):
        yield Span(place + length, to, new_place + length, new_to)


def _clauses(text: str, start: int) -> dict[str, int]:
    """The positions of the clauses that occur once; empty if there are above MOST_CLAUSES."""
    if sum(map(text.count, CLAUSE_ENDS)) > MOST_CLAUSES:
        return {}
    found = [(match.group(), start + match.start()) for match in CLAUSE.finditer(text)]
    counts = Counter(clause for clause, _ in found)
    return {clause: place for clause, place in found if counts[clause] == 1}


def _increasing(anchors: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The longest subsequence whose positions in the new text increase as well."""
    lowest: list[int] = []
    last_of: list[int] = []
    before: list[int] = []
    for number, (_, place, _) in enumerate(anchors):
        length = bisect_left(lowest, place)
        before.append(last_of[length - 1] if length else -1)
        lowest[length : length + 1] = [place]
        last_of[length : length + 1] = [number]
    chosen: list[tuple[int, int, int]] = []
    number = last_of[-1] if last_of else -1
    while number >= 0:
        chosen.append(anchors[number])
        number = before[number]
    return chosen[::-1]


def _merged(spans: list[Span]) -> Iterator[Span]:
    """The spans that are not empty, merged where they are less than MIN_GAP characters apart."""
    current: Span | None = None
    for span in spans:
        if span.start == span.end and span.new_start == span.new_end:
            continue
        if current and span.start - current.end < MIN_GAP:
            current = Span(current.start, span.end, current.new_start, span.new_end)
            continue
        if current:
            yield current
        current = span
    if current:
        yield current
