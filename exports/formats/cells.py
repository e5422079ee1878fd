"""What may stand in a cell."""

import re

COMPUTED = (*"=+-@\t\r\n", *"\uff1d\uff0b\uff0d\uff20")
"""What texts begin with that spreadsheets take for formulas; the last four are wide ones."""
LONGEST = 32_767
"""Most characters of a cell of XLSX, as UTF-16 counts them."""
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
NOTE = " … (cut: {:,} characters)"


def harmless(text: str) -> str:
    """The text, after an apostrophe if a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(COMPUTED) else text


def for_xlsx(text: str) -> str:
    """The text without the characters that XML cannot hold; a long one is cut, and says so."""
    if not text.isascii() or not text.isprintable():
        text = NOT_IN_XML.sub("", text)
    if _units(text) <= LONGEST:
        return text
    note = NOTE.format(len(text))
    cut = text[: LONGEST - len(note)]
    while (over := _units(cut) + len(note) - LONGEST) > 0:
        cut = cut[: -(over + 1) // 2]
    return cut + note


def _units(text: str) -> int:
    """Characters beyond the first 65,536 count twice."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
