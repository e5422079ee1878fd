"""Writing iCalendar (RFC 5545): lines, texts and times."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime

LONGEST_LINE = 75
"""Octets of a line without its end; longer ones are folded."""
ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})

Line = tuple[str, str]
"""A name with its parameters, and a value that is written as it is."""


def text(value: str) -> str:
    """A value of the type TEXT: without control characters, and escaped."""
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    shown = "".join(each for each in lines if each == "\n" or _is_allowed(each))
    return shown.translate(ESCAPED)


def uri(value: str) -> str:
    """A value of the type URI, which is not escaped and has no control characters."""
    return "".join(each for each in value if each > " " and _is_allowed(each))


def day(value: date) -> str:
    return f"{value.year:04}{value.month:02}{value.day:02}"


def instant(value: datetime) -> str:
    """A moment in UTC."""
    here = value.astimezone(UTC)
    return f"{day(here)}T{here:%H%M%S}Z"


def calendar(name: str, events: Iterable[Iterable[Line]]) -> Iterator[bytes]:
    """A calendar of these events, in pieces."""
    yield _folded("BEGIN", "VCALENDAR")
    head = {
        "VERSION": "2.0",
        "PRODID": "-//Gantry//Gantry//EN",
        "CALSCALE": "GREGORIAN",
        "METHOD": "PUBLISH",
        "NAME": text(name),
        "X-WR-CALNAME": text(name),
        "REFRESH-INTERVAL;VALUE=DURATION": "PT1H",
        "X-PUBLISHED-TTL": "PT1H",
    }
    yield b"".join(_folded(*line) for line in head.items())
    for event in events:
        lines = (("BEGIN", "VEVENT"), *event, ("END", "VEVENT"))
        yield b"".join(_folded(*line) for line in lines)
    yield _folded("END", "VCALENDAR")


def _folded(name: str, value: str) -> bytes:
    """The line with its end, broken between characters where it has more than LONGEST_LINE octets.

    A line that goes on begins with a space, which counts.
    """
    pieces, piece = [], b""
    for character in f"{name}:{value}":
        octets = character.encode()
        if len(piece) + len(octets) > LONGEST_LINE:
            pieces.append(piece)
            piece = b" "
        piece += octets
    return b"\r\n".join([*pieces, piece]) + b"\r\n"


def _is_allowed(character: str) -> bool:
    """Whether it is no control character, and no half of one, which cannot be encoded."""
    return (character >= " " or character == "\t") and not (
        "\x7f" <= character <= "\x9f" or "\ud800" <= character <= "\udfff"
    )
