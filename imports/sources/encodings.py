"""How the bytes of a text file are read."""

import codecs
from io import TextIOWrapper
from typing import IO

from imports.sources.records import FileRefused

PIECE = 256 * 1024
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
NUL = "The file has NUL characters: it is no text, or text without a byte order mark."
UNREADABLE = "The file is neither UTF-8, nor UTF-16 with a byte order mark, nor Windows-1252."


def encoding_of(file: IO[bytes]) -> str:
    """The encoding in which all of the file can be read: FileRefused if there is none."""
    file.seek(0)
    head = file.read(3)
    marked = next((name for mark, name in MARKS if head.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        if _fits(file, encoding):
            return encoding
    raise FileRefused(UNREADABLE)


def opened_text(file: IO[bytes], encoding: str) -> TextIOWrapper:
    """The file from its beginning, with plain line ends; `detach` it, or the file is closed."""
    file.seek(0)
    return TextIOWrapper(file, encoding=encoding)


def _fits(file: IO[bytes], encoding: str) -> bool:
    """Whether every byte can be decoded; refuses NUL."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(PIECE):
            if "\0" in decoder.decode(piece):
                raise FileRefused(NUL)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
