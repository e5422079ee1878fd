"""JSON files of many items, one of which is in memory at a time."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from io import TextIOWrapper
from typing import IO, Any, NoReturn

from imports.sources.encodings import encoding_of, opened_text
from imports.sources.records import FileRefused

PIECE = 256 * 1024
LONGEST_ITEM = 4 * 1024 * 1024
"""Characters of one value: a card or an issue with all that stands in it."""
MOST_ITEMS = 1_000_000
DEEPEST = 60
MOST_DIGITS = 40
BLANKS = re.compile(r"[ \t\n\r]*")
HIDDEN = re.compile("[\0\ud800-\udfff]")
"""Characters that no text of the database can have."""
TOO_LONG = "The file is no JSON, or one of its items is too long."
CUT_OFF = "The file is not complete: it ends in the middle."


def items(file: IO[bytes]) -> Iterator[tuple[str, Any]]:
    """The items of the file's array, or what its object has: pairs of a key and a value.

    The key of an item of the file itself is "", and those of an array in its object all have the
    array's key, so that a long array is never in memory. FileRefused for what is no JSON, is
    neither an array nor an object, has a key twice, or an item that is too long or too deep.
    """
    if encoding_of(file) not in ("utf-8", "utf-8-sig"):
        raise FileRefused("The file is not UTF-8, as JSON has to be.")
    text = opened_text(file, "utf-8-sig")
    try:
        yield from _Reader(text).everything()
    finally:
        text.detach()


def text_of(value: Any) -> str:
    """A text or a number as text; "" for anything else."""
    if isinstance(value, str):
        return HIDDEN.sub("\ufffd", value).strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def dict_of(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


class _Reader:
    """Reads a text by pieces; `buffer` is what is not used yet, from `at` on."""

    def __init__(self, text: TextIOWrapper) -> None:
        self.text = text
        self.buffer = ""
        self.at = 0
        self.is_whole = False
        self.decode = json.JSONDecoder(
            object_pairs_hook=_object, parse_constant=_refuse_constant, parse_int=_integer
        ).raw_decode

    def everything(self) -> Iterator[tuple[str, Any]]:
        start = self.next_char()
        if start == "[":
            for item in self.array():
                yield "", item
        elif start == "{":
            yield from self.object()
        else:
            raise FileRefused("The file has neither an array nor an object.")
        if self.next_char():
            raise FileRefused("The file goes on after its end.")

    def object(self) -> Iterator[tuple[str, Any]]:
        known: set[str] = set()
        for _ in self.members("{", "}"):
            key = self.value()
            if not isinstance(key, str) or self.next_char() != ":":
                self.refuse()
            self.at += 1
            if key in known:
                raise _twice(key)
            known.add(key)
            if self.next_char() == "[":
                for item in self.array():
                    yield key, item
            else:
                yield key, self.value()

    def array(self) -> Iterator[Any]:
        for _ in self.members("[", "]"):
            yield self.value()

    def members(self, start: str, end: str) -> Iterator[None]:
        """Stops before each member, which has to be read then, and behind the end."""
        self.at += len(start)
        if self.next_char() == end:
            self.at += 1
            return
        for _ in range(MOST_ITEMS):
            yield
            separator = self.next_char()
            self.at += 1
            if separator == end:
                return
            if separator != ",":
                self.refuse()
        raise FileRefused(f"The file has more than {MOST_ITEMS:,} items.")

    def value(self) -> Any:
        """The value that begins here: as much is read as it needs."""
        self.next_char()
        while True:
            try:
                value, end = self.decode(self.buffer, self.at)
            except json.JSONDecodeError:
                end = 0
            except RecursionError:
                raise FileRefused("The file is nested too deeply.") from None
            if end - self.at > LONGEST_ITEM:
                raise FileRefused(TOO_LONG)
            if end and (end < len(self.buffer) or self.is_whole):
                self.at = end
                return _not_too_deep(value)
            if self.is_whole:
                self.refuse()
            self.more()

    def next_char(self) -> str:
        """The next character that is no blank, which is not read yet; "" at the end."""
        while True:
            found = BLANKS.match(self.buffer, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.buffer) or self.is_whole:
                return self.buffer[self.at : self.at + 1]
            self.more()

    def more(self) -> None:
        """Read on, as much as there is already, so that few attempts are made at a long value."""
        rest = self.buffer[self.at :]
        if len(rest) > LONGEST_ITEM:
            raise FileRefused(TOO_LONG)
        piece = self.text.read(max(PIECE, len(rest)))
        self.buffer, self.at, self.is_whole = rest + piece, 0, not piece

    def refuse(self) -> NoReturn:
        rest = self.buffer[self.at :].strip()
        if self.is_whole and (not rest or not _is_wrong_at_start(rest)):
            raise FileRefused(CUT_OFF)
        raise FileRefused(f"The file is no JSON: `{HIDDEN.sub('', rest[:40])}` is wrong there.")


def _is_wrong_at_start(rest: str) -> bool:
    """Whether no more text could make a value of it."""
    return rest[0] not in '{["tfn-0123456789'


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _twice(next(key for key, count in counts.items() if count > 1))
    return made


def _twice(key: str) -> FileRefused:
    return FileRefused(f"The file has the key `{text_of(key)[:40]}` twice in one object.")


def _refuse_constant(name: str) -> NoReturn:
    raise FileRefused(f"The file is no JSON: {name} is no number there.")


def _integer(digits: str) -> int:
    """Numbers of more digits than Python takes are no numbers of anything."""
    return int(digits) if len(digits) <= MOST_DIGITS else 0


def _not_too_deep(value: Any) -> Any:
    level = [value]
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return value
    raise FileRefused("The file is nested too deeply.")
