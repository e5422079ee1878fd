"""The first phase: a file is read into rows, some thousands in each step."""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from django.utils import timezone

from core.batches import insert_all
from core.errors import Invalid
from imports.models import LONGEST_ID, ImportRow
from imports.services.contents import content_of, is_storable
from imports.services.files import open_import_file
from imports.services.imports import CHECK, READ, Import, next_phase, progress
from imports.sources import FORMATS
from imports.sources.records import FileRefused, Source, TaskRecord
from jobs.registry import Json, Progress, Run

AT_ONCE = 1000
MOST_BYTES = 4_000_000
SECONDS = 1.0
MOST_ROWS = 200_000
MOST_NAMES = 100
"""Columns of the file that are told."""


class FileUnreadable(Invalid):
    message = "The file cannot be read."


class TooManyRows(Invalid):
    message = "The file has too many rows."


class Opened:
    """A file that is being read; `last` is the number of the last row that was."""

    def __init__(self, source: Source, stack: ExitStack, digest: str) -> None:
        self.source, self.digest, self._stack = source, digest, stack
        self.rows: Iterator[tuple[int, TaskRecord]] = iter(source.rows())
        self.last = 0

    def close(self) -> None:
        if isinstance(self.rows, Generator):
            self.rows.close()  # before its file
        self._stack.close()


def read(this: Import, run: Run, position: Json) -> Progress:
    """Read what a second is enough for."""
    opened = run.kept.get("opened")
    try:
        if opened is None or opened.last != position.get("read", 0):
            opened = _open_at(this, run, position.get("read", 0))
        return _read_on(this, opened, position)
    except FileRefused as refused:
        raise FileUnreadable(str(refused)) from None


def close(run: Run) -> None:
    if opened := run.kept.pop("opened", None):
        opened.close()


def _open_at(this: Import, run: Run, last: int) -> Opened:
    """The file, at the row after the one with this number."""
    close(run)
    with ExitStack() as stack:
        opened_file = open_import_file(run.payload["file_id"], this.actor)
        file, digest = stack.enter_context(opened_file)
        source = FORMATS[run.payload["source"]](file, run.payload.get("options") or {})
        opened = run.kept["opened"] = Opened(source, stack.pop_all(), digest)
    while opened.last < last:
        opened.last, _ = next(opened.rows)
    return opened


def _read_on(this: Import, opened: Opened, position: Json) -> Progress:
    until = time.monotonic() + SECONDS
    count = position.get("units", 0)
    while True:
        rows, is_over = _next_rows(this, opened)
        insert_all(rows)
        count += len(rows)
        if count > MOST_ROWS:
            raise TooManyRows(f"A file has at most {MOST_ROWS:,} rows.")
        if is_over or time.monotonic() > until:
            break
    found = {"units": count, "read": opened.last, "expected": opened.source.total}
    if not is_over:
        return progress(position, f"Read {count:,} rows", phase=READ, **found)
    told = {"file": _facts(opened.source), "rows": count}
    return next_phase(position, CHECK, f"Read {count:,} rows", **found, **told)


def _next_rows(this: Import, opened: Opened) -> tuple[list[ImportRow], bool]:
    """The next rows, not saved, and whether the file ends with them."""
    rows: list[ImportRow] = []
    size, now = 0, timezone.now()
    for number, record in opened.rows:
        row = _row(this, opened.digest, number, record, now)
        rows.append(row)
        opened.last = number
        size += row.size
        if len(rows) >= AT_ONCE or size > MOST_BYTES:
            return rows, False
    return rows, True


def _row(this: Import, digest: str, number: int, record: TaskRecord, now: Any) -> ImportRow:
    content = content_of(record, now=now)
    external_id, parent = record.external_id.strip(), record.parent.strip()
    if not (external_id and is_storable(external_id, LONGEST_ID)):
        external_id = f"{digest}:{number}"
    return ImportRow(
        workspace_id=this.workspace_id,
        created_at=now,
        job_id=this.job_id,
        number=number,
        external_id=external_id,
        parent="" if content.flaws else parent,
        content=content.values,
        flaws=content.flaws,
        size=content.size,
    )


def _facts(source: Source) -> Json:
    """What the result tells of the file."""

    def some(names: Sequence[str]) -> list[str]:
        return [name[:MOST_NAMES] for name in names[:MOST_NAMES]]

    return {
        "columns": some(list(source.columns)),
        "unknown_columns": some(list(source.unknown)),
        "mapping": {k: v[:MOST_NAMES] for k, v in source.mapping.items()},
    }
