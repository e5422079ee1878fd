"""Texts inside a mail; mail programs make no link or new line of what people wrote.

Composers pass all values that anybody could have chosen (names, titles, messages, user agents,
what a provider sends) through `plain` or `plain_lines`.
"""

import re
import unicodedata
from datetime import UTC, datetime

from django.utils.formats import date_format

DOTS = ".\u2024\u3002\ufe12\ufe52\uff0e\uff61"
"""Full stops, and the characters that browsers read as one in host names."""
COLONS = ":\ufe13\ufe55\uff1a"
LIKE_A_DOT, LIKE_A_COLON, LIKE_AN_AT = "\u00b7", "\u2236", "(at)"
"""Their replacements, which look similar, but are part of no address, not even after NFKC."""

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode categories that are removed: controls, directions, surrogates, private use."""
JOINERS = "\u200c\u200d"
"""Invisible, but kept: words of some languages and many emoji need them."""
_LINES = re.compile(r"\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
# A dot between digits stays (version 2.1), unless further dots may make it an IP address.
_DOT = re.compile(rf"[{DOTS}](?=\S)(?!(?<=\d.)\d+(?![{DOTS}\d]))")
_COLON = re.compile(rf"(?<=\S)[{COLONS}](?=\S)(?!(?<=\d.)\d)")
_AT = re.compile(r"[@\ufe6b\uff20](?=\S)")


def plain(text: str) -> str:
    """One line without anything that looks like a link or address, or changes the direction."""
    return " ".join(_disarmed(" ".join(_LINES.split(text))).split())


def plain_lines(text: str) -> str:
    """As `plain`, for a text that may have several lines."""
    return "\n".join(_disarmed(line).rstrip() for line in _LINES.split(text)).strip("\n")


def in_utc(moment: datetime) -> str:
    """`31 May 2031, 09:00 UTC`."""
    return f"{date_format(moment.astimezone(UTC), 'j F Y, H:i')} UTC"


def _disarmed(line: str) -> str:
    line = "".join(
        char
        for char in line.replace("\t", " ")
        if char in JOINERS or unicodedata.category(char) not in INVISIBLE
    )
    line = _AT.sub(LIKE_AN_AT, line)
    return _DOT.sub(LIKE_A_DOT, _COLON.sub(LIKE_A_COLON, line))
