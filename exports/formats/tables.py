"""Tables as files: rows of texts, numbers, days and times, written one by one."""

import csv
from collections.abc import Sequence
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from exports.formats.cells import harmless

CSV, XLSX = "csv", "xlsx"


class Table(Protocol):
    """A file with a row of headers, which grows by rows and is complete once it is closed."""

    def write(self, row: Sequence[Any]) -> None:
        """Add a row of `str`, `int`, `bool`, `date`, `datetime`, `time` and None."""

    def close(self) -> None: ...


class CsvTable:
    """As RFC 4180 has it, in UTF-8; texts that spreadsheets would compute are made harmless."""

    def __init__(self, path: Path, headers: Sequence[str], *, has_bom: bool = False) -> None:
        encoding = "utf-8-sig" if has_bom else "utf-8"
        self._file = path.open("w", encoding=encoding, newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(headers)

    def write(self, row: Sequence[Any]) -> None:
        self._writer.writerow([_as_text(value) for value in row])

    def close(self) -> None:
        self._file.close()


def open_table(kind: str, path: Path, headers: Sequence[str], *, has_bom: bool = False) -> Table:
    """An empty table of this kind at `path`."""
    if kind == CSV:
        return CsvTable(path, headers, has_bom=has_bom)
    # Not imported elsewhere: the web server has no use for the library.
    xlsx = import_module("exports.formats.xlsx")
    table: Table = xlsx.XlsxTable(path, headers)
    return table


def _as_text(value: Any) -> Any:
    match value:
        case str():
            return harmless(value)
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case date() | time():
            return value.isoformat()
        case _:
            return value
