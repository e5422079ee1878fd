"""Names of files: what a client sends becomes a name that is safe to show, send and save under."""

import re
import unicodedata

from core.errors import Invalid

LONGEST = 255
LONGEST_IN_KEY = 80
UNSAFE = re.compile(r'[<>:"|?*]')
SURROGATES = re.compile("[\ud800-\udfff]")
"""Halves of characters, which cannot be encoded alone."""
NOT_IN_KEY = re.compile(r"[^A-Za-z0-9._-]+")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
"""Stems that name devices on Windows, with any extension."""


class InvalidFileName(Invalid):
    message = "This cannot be the name of a file."

    def __init__(self) -> None:
        super().__init__(errors={"file_name": [self.message]})


def display_name(given: str) -> str:
    """The last part of the path, without characters that are invisible or special somewhere.

    InvalidFileName if nothing is left, or if it is too long.
    """
    if len(given) > LONGEST or SURROGATES.search(given):
        raise InvalidFileName
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    visible = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    name = UNSAFE.sub("_", " ".join(visible.split())).strip(" .")
    if RESERVED.fullmatch(name.partition(".")[0].strip()):
        name = f"_{name}"
    if not name or len(name) > LONGEST:
        raise InvalidFileName
    return name


def name_in_key(name: str) -> str:
    """A display name in ASCII, shortened at its beginning, so that the extension stays."""
    plain = NOT_IN_KEY.sub("_", name)[-LONGEST_IN_KEY:].lstrip(".")
    return plain or "file"


def extension_of(name: str) -> str:
    """The extension in lower case, without the dot; empty if there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""
