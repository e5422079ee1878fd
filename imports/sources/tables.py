"""Files of rows and columns, one row in memory at a time."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from typing import IO

from imports.sources.encodings import encoding_of, opened_text
from imports.sources.records import FileRefused, Flaw

MOST_ROWS = 200_000
LONGEST_CELL = 60_000
LONGEST_ROW = 2 * 1024 * 1024
"""Characters. `csv` stops at a cell of 131,072 unless somebody has changed that for the process."""
LONGEST_HEADER = 100_000
LONGEST_NAME = 200
DELIMITERS = (",", ";", "\t")

Row = list[str] | Flaw
"""The cells, as many as there are columns, or why they cannot be read."""


class _TooLong(Exception):
    """A row has more characters than LONGEST_ROW."""


class _Unclosed(Exception):
    """The file ends within quotes."""


class _Lines:
    """The lines of a file for `csv.reader`, which asks for several while a quoted cell is open.

    `length` and `quotes` are the characters and the quotation marks of the present row so far.
    """

    def __init__(self, text: TextIOWrapper) -> None:
        self.text = text
        self.begin()

    def begin(self) -> None:
        self.line = ""
        self.length = 0
        self.quotes = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._read()
        if not line:
            if self.length:
                raise _Unclosed
            raise StopIteration
        if self.length >= LONGEST_ROW:
            raise _TooLong
        return line

    def skip(self) -> None:
        """Read to the end of a row that is too long: the line in which its quotes are closed."""
        while self.line and (self.quotes % 2 or not self.line.endswith("\n")):
            self._read()
        if self.quotes % 2:
            raise _Unclosed

    def _read(self) -> str:
        self.line = self.text.readline(LONGEST_ROW)
        self.length += len(self.line)
        self.quotes += self.line.count('"')
        return self.line


class Table:
    """A file whose first row names its columns."""

    def __init__(self, file: IO[bytes], *, most_columns: int) -> None:
        """FileRefused if it is no text, has no header, or more columns than `most_columns`."""
        self.file = file
        self.encoding = encoding_of(file)
        with self._opened() as text:
            self.delimiter = _delimiter_of(text)
        with self._opened() as text:
            self.columns = _names(next(self._parsed(_Lines(text)), []), most_columns)

    def rows(self) -> Iterator[tuple[int, Row]]:
        """The rows below the header with their numbers from 1, empty ones left out.

        FileRefused after MOST_ROWS, or if the last quoted cell is never closed.
        """
        with self._opened() as text:
            rows = enumerate(self._parsed(_Lines(text)))
            next(rows)
            for number, row in rows:
                if number > MOST_ROWS:
                    raise FileRefused(f"The file has more than {MOST_ROWS:,} rows.")
                if row:
                    yield number, self._checked(row)

    @contextmanager
    def _opened(self) -> Iterator[TextIOWrapper]:
        text = opened_text(self.file, self.encoding)
        try:
            yield text
        finally:
            text.detach()

    def _parsed(self, lines: _Lines) -> Iterator[Row]:
        """Each row from the header on; one that is too long is a flaw, an empty one is []."""
        number = 0
        reader = csv.reader(lines, delimiter=self.delimiter)
        while (row := self._next(reader, lines, number)) is not None:
            if isinstance(row, Flaw):
                reader = csv.reader(lines, delimiter=self.delimiter)
            elif not any(row):
                row = []
            if row or number:
                yield row
                number += 1

    def _next(self, reader: Iterator[list[str]], lines: _Lines, number: int) -> Row | None:
        lines.begin()
        try:
            try:
                return next(reader, None)
            except (csv.Error, _TooLong):
                lines.skip()
                return Flaw("", "The row is too long.")
        except _Unclosed:
            where = f"row {number}" if number else "the header"
            message = f"A quoted cell that begins in {where} is never closed."
            raise FileRefused(message) from None

    def _checked(self, row: Row) -> Row:
        width = len(self.columns)
        if isinstance(row, Flaw):
            return row
        if len(row) != width:
            return Flaw("", f"The row has {len(row)} cells instead of {width}.")
        if max(map(len, row)) > LONGEST_CELL:
            place = next(place for place, cell in enumerate(row) if len(cell) > LONGEST_CELL)
            message = f"The cell has more than {LONGEST_CELL:,} characters."
            return Flaw(self.columns[place], message, row[place][:100])
        return row


def _names(header: Row, most: int) -> tuple[str, ...]:
    if isinstance(header, Flaw) or not header:
        raise FileRefused("The file is empty: its first row has to name the columns.")
    if len(header) > most:
        raise FileRefused(f"The file has more than {most:,} columns.")
    if max(map(len, header)) > LONGEST_NAME:
        raise FileRefused(f"The name of a column has more than {LONGEST_NAME} characters.")
    return tuple(name.strip() for name in header)


def _delimiter_of(text: TextIOWrapper) -> str:
    """The one that stands most often in the first line that is not empty, outside of quotes."""
    line = next((line for line in text.read(LONGEST_HEADER).splitlines() if line.strip()), "")
    outside = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=outside.count)
