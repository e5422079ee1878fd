"""Differences of texts lead both ways, take little room and little time."""

from time import process_time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.services.differences import DifferentText, difference, redo, undo

TEXTS = st.text(alphabet="ab.,\n é😀", max_size=80)
LONGEST = 50_000


@given(TEXTS, TEXTS)
def test_edits_lead_from_either_text_to_the_other(old: str, new: str) -> None:
    edits = difference(old, new)
    assert redo(old, edits) == new
    assert undo(new, edits) == old
    assert len(orjson.dumps(edits)) <= len(orjson.dumps([(0, old, new)]))


@given(st.lists(st.tuples(st.integers(0, 9_000), st.integers(0, 40), TEXTS), max_size=6))
def test_edits_of_prose_are_small(changes: list[tuple[int, int, str]]) -> None:
    old = "\n".join(f"This is sentence {n}, and it has a second half." for n in range(200))
    new = old
    for place, length, words in changes:
        new = new[:place] + words + new[place + length :]
    edits = difference(old, new)
    assert redo(old, edits) == new
    assert undo(new, edits) == old
    assert len(edits) <= len(changes)
    written = sum(length + len(words) for _, length, words in changes)
    assert len(orjson.dumps(edits, default=str)) <= 12 * written + 150 * len(changes) + 2


def noise(letters: str) -> str:
    return "".join(letters[n * n // 7 % len(letters)] for n in range(LONGEST))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("." * LONGEST, "a" + "." * (LONGEST - 2) + "b"),
        ("ab" * (LONGEST // 2), "ba" * (LONGEST // 2)),
        ("\n".join(map(str, range(9_000))), "\n".join(map(str, range(9_000, 0, -1)))),
        ("\n".join(map(str, range(3_900))), "\n".join(f"{n}\nx" for n in range(1_900))),
        (noise("ab,"), noise("ba,")),
        ("😀" * LONGEST, "😀" * 20_000 + "x" + "😀" * 20_000),
    ],
)
def test_no_two_texts_take_long_to_compare(old: str, new: str) -> None:
    edits = difference(old, new)
    assert any(seconds_to_compare(old, new) < 0.25 for _ in range(3))
    assert redo(old, edits) == new
    assert undo(new, edits) == old


def seconds_to_compare(old: str, new: str) -> float:
    began = process_time()
    difference(old, new)
    return process_time() - began


def test_edits_of_another_text_are_refused() -> None:
    edits = difference("Oil the wheels.", "Oil all wheels.")
    with pytest.raises(DifferentText):
        redo("Paint the wheels.", edits)
    with pytest.raises(DifferentText):
        undo("Oil", edits)


def test_equal_texts_have_no_edits() -> None:
    assert difference("Same", "Same") == []
