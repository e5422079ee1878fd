"""Keys of tasks, such as `ENG-12`, as people type them."""

import re
from typing import NamedTuple

KEY = re.compile(r"([A-Z0-9]{1,10})-([0-9]{1,9})", re.ASCII | re.IGNORECASE)


class Key(NamedTuple):
    """The key of a project, and the number of a task in it."""

    project: str
    number: int


def key_of(typed: str) -> Key | None:
    """The key that was typed, in any case; None for any other text."""
    found = KEY.fullmatch(typed)
    return Key(found[1].upper(), int(found[2])) if found else None
