"""Spreadsheets as XLSX; imported only where one is written."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import xlsxwriter

from exports.formats.cells import for_xlsx

FIRST_YEAR = 1900
"""Days before it are written as texts: XLSX has no numbers for them."""
OPTIONS = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}


class XlsxTable:
    """One sheet whose texts are texts, whatever they begin with; no row is kept in memory."""

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        options = {**OPTIONS, "tmpdir": str(path.parent)}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._moment = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._rows = 0
        self.write(headers)

    def write(self, row: Sequence[Any]) -> None:
        for place, value in enumerate(row):
            self._put(place, value)
        self._rows += 1

    def close(self) -> None:
        self._book.close()

    def _put(self, place: int, value: Any) -> None:
        sheet, row = self._sheet, self._rows
        match value:
            case None | "":
                return
            case str():
                sheet.write_string(row, place, for_xlsx(value))
            case bool():
                sheet.write_boolean(row, place, value)
            case int() | float():
                sheet.write_number(row, place, value)
            case datetime() if value.year >= FIRST_YEAR:
                moment = value.astimezone(UTC).replace(tzinfo=None)
                sheet.write_datetime(row, place, moment, self._moment)
            case date() if not isinstance(value, datetime) and value.year >= FIRST_YEAR:
                sheet.write_datetime(row, place, value, self._day)
            case date() | time():
                sheet.write_string(row, place, value.isoformat())
