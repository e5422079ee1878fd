"""Tables of any origin: which column means what is guessed by its name, and can be said."""

import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import IO, Any

from imports.sources import values
from imports.sources.columns import DATES, FIELDS, Column, ColumnSource, clock_of, setters
from imports.sources.records import FileRefused, Flaw
from imports.sources.tables import Table

MOST_COLUMNS = 200
SAMPLE = 5000
"""In how many rows a date that tells days from months is looked for."""

NAMES: dict[str, str] = {
    "external_id": (
        "external id, id, key, task id, task key, issue id, issue key, ticket, ticket id, "
        "nummer, nr, schlüssel, aufgaben id, vorgang"
    ),
    "title": (
        "title, name, summary, task, task name, subject, issue, todo, titel, aufgabe, "
        "aufgabenname, betreff, zusammenfassung, bezeichnung"
    ),
    "description": (
        "description, notes, note, details, body, content, text, beschreibung, notizen, "
        "notiz, bemerkung, inhalt"
    ),
    "type": "type, task type, issue type, kind, typ, art, vorgangstyp",
    "priority": "priority, prio, priorität, severity, dringlichkeit",
    "status": (
        "status, state, column, list, section, stage, spalte, zustand, liste, phase, section column"
    ),
    "is_complete": (
        "is complete, complete, completed, done, finished, closed, erledigt, fertig, abgeschlossen"
    ),
    "assignee": (
        "assignee email, assignee, assigned to, owner, responsible, assignees, zugewiesen an, "
        "zugewiesen, bearbeiter, verantwortlich, zuständig, besitzer"
    ),
    "reporter": (
        "reporter email, reporter, creator, created by, author, requester, autor, erstellt "
        "von, ersteller, melder"
    ),
    "labels": (
        "labels, label, tags, tag, categories, category, keywords, schlagwörter, schlagworte, "
        "etiketten, kategorien, kategorie, stichwörter"
    ),
    "parent": (
        "parent id, parent, parent key, parent task, parent issue, epic, übergeordnete "
        "aufgabe, übergeordnet, eltern, hauptaufgabe"
    ),
    "blocks": "blocks, blocking, blockiert",
    "blocked_by": (
        "blocked by, depends on, dependencies, predecessors, blockiert von, vorgänger, "
        "abhängig von, abhängigkeiten"
    ),
    "relates_to": "relates to, related to, related, verwandt mit",
    "start_date": (
        "start date, start, starts, begin, beginn, anfang, startdatum, anfangsdatum, starts "
        "on, start on"
    ),
    "due_date": (
        "due date, due, deadline, due on, end date, finish date, target date, fällig, fällig "
        "am, fälligkeit, fälligkeitsdatum, termin, frist, enddatum"
    ),
    "due_time": "due time, uhrzeit, fällig um",
    "estimate_minutes": (
        "estimate minutes, estimate min, estimated minutes, minutes, time estimate, aufwand, "
        "aufwand minuten, minuten, geschätzter aufwand"
    ),
    "estimate_hours": (
        "estimate hours, estimate h, estimated hours, hours, effort hours, aufwand stunden, "
        "aufwand h, stunden"
    ),
    "created_at": (
        "created at, created, date created, creation date, created on, created date, "
        "erstellt, erstellt am, angelegt am, erstelldatum"
    ),
    "completed_at": (
        "completed at, completed on, completion date, resolved, closed at, date completed, "
        "date closed, resolved at, erledigt am, abgeschlossen am"
    ),
    "links": "links, link, url, urls, attachments, anhänge, anlagen",
}
"""The names of columns, the likeliest first, in small letters and with blanks between words,
English and German."""


class CsvSource(ColumnSource):
    """Options: `mapping` ({field: column}, "" for none), `date_order` and `time_zone`."""

    def __init__(self, file: IO[bytes], options: Mapping[str, Any]) -> None:
        table = Table(file, most_columns=MOST_COLUMNS)
        mapping = _mapping(table.columns, options.get("mapping"))
        places = {field: _place(table.columns, column) for field, column in mapping.items()}
        order = options.get("date_order") or _order(
            table, [place for field, place in places.items() if field in DATES]
        )
        read = setters(clock_of(options, order))
        super().__init__(table, [Column(place, f, read[f]) for f, place in places.items()])


def guessed_mapping(columns: Iterable[str]) -> dict[str, str]:
    """By field the first column that has one of its names; no column is read twice."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(plain_name(column), column)
    mapping: dict[str, str] = {}
    for field, names in NAMES.items():
        found = next((by_name.pop(name) for name in names.split(", ") if name in by_name), None)
        if found:
            mapping[field] = found
    return mapping


def plain_name(column: str) -> str:
    """In small letters, with one blank between words: `Due_Date` and `due date` are the same."""
    return " ".join(re.split(r"[\W_]+", column.casefold())).strip()


def _mapping(columns: tuple[str, ...], wanted: Any) -> dict[str, str]:
    """What is guessed, and what is said instead."""
    mapping = guessed_mapping(columns)
    if not isinstance(wanted, Mapping | None):
        raise FileRefused("`mapping` has to name a column for each field.")
    for field, column in (wanted or {}).items():
        if field not in FIELDS:
            raise FileRefused(f"No column can be read into `{field}`.")
        if column and column not in columns:
            raise FileRefused(f"The file has no column `{column}`.")
        mapping = {f: c for f, c in mapping.items() if f != field and (not column or c != column)}
        if column:
            mapping[field] = column
    if "title" not in mapping:
        raise FileRefused("No column is known to have the titles: name it in `mapping`.")
    return mapping


def _place(columns: tuple[str, ...], column: str) -> int:
    if columns.count(column) > 1:
        raise FileRefused(f"Several columns are called `{column}`.")
    return columns.index(column)


def _order(table: Table, places: list[int]) -> str:
    """What the first date proves that has a day after the 12th; "" if none does."""
    if not places:
        return ""
    rows = (row for _, row in islice(table.rows(), SAMPLE) if not isinstance(row, Flaw))
    orders = (values.order_of(row[place].strip()) for row in rows for place in places)
    return next(filter(None, orders), "")
