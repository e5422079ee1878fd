"""What would be read of a file, before anything is imported."""

from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from typing import Any

from django.db import transaction

from core.actor import Actor
from core.errors import Invalid
from core.rights import require
from imports.models import ImportFile
from imports.rights import CREATE_IMPORT
from imports.services.files import open_import_file
from imports.sources import FORMATS, FileRefused, guessed_source
from imports.sources.records import Source, TaskRecord

MOST_ROWS = 500
"""How many rows are read."""
MOST_RECORDS = 20
MOST_FLAWS = 100
MOST_COLUMNS = 500
LONGEST_TEXT = 500
MOST_PARTS = 10
"""Of labels, comments and the like of each record that is shown."""


class FileUnreadable(Invalid):
    message = "The file cannot be read."


@transaction.atomic
def preview_import(
    *, actor: Actor, file: ImportFile, source: str = "", options: Mapping[str, Any]
) -> dict[str, Any]:
    """What the file is, and its first rows as they would be imported; `source` is guessed if "".

    FileUnreadable, with why, for a file that is not of its source.
    """
    require(CREATE_IMPORT, file, actor)
    with open_import_file(file.pk, actor) as (content, _):
        try:
            name = source or guessed_source(content)
            return {"source": name, **_preview(FORMATS[name](content, options))}
        except FileRefused as refused:
            raise FileUnreadable(str(refused)) from None


def _preview(source: Source) -> dict[str, Any]:
    rows = list(islice(source.rows(), MOST_ROWS))
    flaws = [
        {"row": number, "field": flaw.field, "message": flaw.message, "value": flaw.value}
        for number, record in rows
        for flaw in record.flaws
    ]
    return {
        "columns": list(source.columns[:MOST_COLUMNS]),
        "unknown_columns": list(source.unknown[:MOST_COLUMNS]),
        "mapping": [{"field": field, "column": name} for field, name in source.mapping.items()],
        "total": source.total,
        "rows_read": len(rows),
        "records": [_shown(number, record) for number, record in rows[:MOST_RECORDS]],
        "flaws": flaws[:MOST_FLAWS],
        "flaw_count": len(flaws),
    }


def _shown(number: int, record: TaskRecord) -> dict[str, Any]:
    """The record with short texts, and few of what there may be many of."""
    relations = [{"kind": kind, "task": task} for kind, task in record.relations]
    values = asdict(record) | {"row": number, "relations": relations}
    del values["flaws"]
    return {name: _short(value) for name, value in values.items()}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, dict):
        return {name: _short(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_short(inner) for inner in value[:MOST_PARTS]]
    return value
