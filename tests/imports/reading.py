"""Files as they are read, in a few lines."""

from io import BytesIO
from pathlib import Path
from typing import Any

from imports.sources import FORMATS
from imports.sources.records import Source, TaskRecord

FILES = Path(__file__).parent / "files"
NOTHING = vars(TaskRecord())


def source(name: str, content: bytes | str, **options: Any) -> Source:
    raw = content.encode() if isinstance(content, str) else content
    return FORMATS[name](BytesIO(raw), options)


def stored(name: str, file: str, **options: Any) -> Source:
    """One of the files beside these tests."""
    return source(name, (FILES / file).read_bytes(), **options)


def said(record: TaskRecord) -> dict[str, Any]:
    """What the record has, without what it has nothing of."""
    found = {
        name: list(value) if isinstance(value, list | tuple) else value
        for name, value in vars(record).items()
    }
    return {name: value for name, value in found.items() if value not in ("", None, [])}


def records(name: str, content: bytes | str, **options: Any) -> list[TaskRecord]:
    return [record for _, record in source(name, content, **options).rows()]


def flaws(name: str, content: bytes | str, **options: Any) -> list[tuple[int, str, str]]:
    """The row, the field and the message of each flaw."""
    rows = source(name, content, **options).rows()
    return [(number, f.field, f.message) for number, record in rows for f in record.flaws]
