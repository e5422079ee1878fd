"""Differences between two versions of a text: small, and readable in both directions.

The work grows with the length of the texts only, whatever is in them.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, pairwise
from typing import NamedTuple

import orjson

Edit = tuple[int, str, str]
"""Where in the old text, what was there, what is there now; positions count characters."""

CLAUSE = re.compile(r"[^.,:;!?\n]*[.,:;!?\n]|[^.,:;!?\n]+")
"""Texts are compared clause by clause: a paragraph is often one long line."""
ENDS = ".,:;!?\n"
MOST_CLAUSES = 4_000
"""A text with more of them is not compared any further than from both its ends."""
APART = 16
"""Edits with fewer characters between them are written as one: it takes less room."""


class DifferentText(ValueError):
    """The text is not the version these edits belong to."""


class Span(NamedTuple):
    """Characters [start, end) of the old text that became [new_start, new_end) of the new one."""

    start: int
    end: int
    new_start: int
    new_end: int


def difference(old: str, new: str) -> list[Edit]:
    """What to do to `old` to get `new`; never more to write down than both of them whole."""
    whole = _trimmed(old, new, Span(0, len(old), 0, len(new)))
    spans = [_trimmed(old, new, gap) for gap in _gaps(old, new, whole)]
    edits = [_edit(old, new, span) for span in _joined(spans)]
    at_once = [_edit(old, new, whole)] if old != new else []
    return min(edits, at_once, key=lambda found: len(orjson.dumps(found)))


def redo(old: str, edits: list[Edit]) -> str:
    """The new text from the old one."""
    return _carried_out(old, edits)


def undo(new: str, edits: list[Edit]) -> str:
    """The old text from the new one."""
    shifts = accumulate((len(after) - len(before) for _, before, after in edits), initial=0)
    backwards = [
        (place + shift, after, before)
        for (place, before, after), shift in zip(edits, shifts, strict=False)
    ]
    return _carried_out(new, backwards)


def _carried_out(text: str, edits: list[Edit]) -> str:
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
    """Without what both begin and end with."""
    before, after = old[span.start : span.end], new[span.new_start : span.new_end]
    first = _common(before, after)
    last = _common(before[first:][::-1], after[first:][::-1])
    return Span(span.start + first, span.end - last, span.new_start + first, span.new_end - last)


def _common(one: str, other: str) -> int:
    """How many characters both begin with, found by halving."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _gaps(old: str, new: str, span: Span) -> Iterator[Span]:
    """What lies between the clauses that stand once in both texts, in the same order."""
    olds = _clauses(old[span.start : span.end], span.start)
    news = _clauses(new[span.new_start : span.new_end], span.new_start)
    shared = [(olds[words], news[words], len(words)) for words in olds if words in news]
    end = (span.end, span.new_end, 0)
    begin = (span.start, span.new_start, 0)
    for (place, new_place, length), (to, new_to, _) in pairwise([begin, *_rising(shared), end]):
        yield Span(place + length, to, new_place + length, new_to)


def _clauses(text: str, start: int) -> dict[str, int]:
    """Where the clauses that stand there only once begin."""
    if sum(map(text.count, ENDS)) > MOST_CLAUSES:
        return {}
    found = [(match.group(), start + match.start()) for match in CLAUSE.finditer(text)]
    often = Counter(words for words, _ in found)
    return {words: place for words, place in found if often[words] == 1}


def _rising(anchors: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """The most of them, in the order of the old text, whose places in the new one rise as well."""
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


def _joined(spans: list[Span]) -> Iterator[Span]:
    """Those that change anything, neighbours as one."""
    held: Span | None = None
    for span in spans:
        if span.start == span.end and span.new_start == span.new_end:
            continue
        if held and span.start - held.end < APART:
            held = Span(held.start, span.end, held.new_start, span.new_end)
            continue
        if held:
            yield held
        held = span
    if held:
        yield held
