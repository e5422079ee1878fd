"""Issues as Jira exports them as CSV, with all fields or the current ones.

Columns with several values are repeated under the same name.
https://confluence.atlassian.com/adminjiraserver/importing-data-from-csv-938847533.html
"""

import re
from collections.abc import Mapping
from functools import partial
from typing import IO, Any

from imports.sources import values
from imports.sources.columns import Clock, Column, ColumnSource, Setter, added, clock_of, setters
from imports.sources.records import CommentRecord, FileRefused, Flaw, LinkRecord, TaskRecord
from imports.sources.tables import Table

MOST_COLUMNS = 2000
FIELDS = {
    "issue key": "external_id",
    "summary": "title",
    "description": "description",
    "issue type": "type",
    "priority": "priority",
    "status": "status",
    "assignee": "assignee",
    "reporter": "reporter",
    "created": "created_at",
    "resolved": "completed_at",
    "due date": "due_date",
    "custom field (start date)": "start_date",
}
"""By column in small letters."""
NEEDED = ("issue key", "summary")
LINK = re.compile(r"(inward|outward) issue link \((.{1,60})\)")
RELATIONS = {
    ("outward", "blocks"): "BLOCKS",
    ("inward", "blocks"): "BLOCKED_BY",
    ("outward", "duplicate"): "DUPLICATES",
    ("inward", "duplicate"): "DUPLICATED_BY",
}
"""All other links say that two issues belong together."""
MOST_PARTS = 4
MOST_DIGITS = 12
MINUTE = 60
DONE = "done"
MOST_PEOPLE = 50_000


class JiraSource(ColumnSource):
    """Options: `time_zone`, that of the profile with which the file was exported; `date_order`.

    Parents are named by their id or their key, authors of comments by an account's id: what these
    are is found in a first pass through the file.
    """

    def __init__(self, file: IO[bytes], options: Mapping[str, Any]) -> None:
        table = Table(file, most_columns=MOST_COLUMNS)
        names = [name.casefold() for name in table.columns]
        if not {*NEEDED} <= {*names}:
            raise FileRefused("This is no export of Jira: it has no `Issue key` and `Summary`.")
        self.known = _Known(table, names)
        self.clock = clock_of(options)
        read = setters(self.clock)
        found = [(place, name, self.setter(name, read)) for place, name in enumerate(names)]
        super().__init__(
            table, [Column(place, *of) for place, name, of in _once(found) if of is not None]
        )

    def setter(self, name: str, read: dict[str, Setter]) -> tuple[str, Setter] | None:
        """The field of a column, and how it is read; None if it is not imported."""
        if name in FIELDS:
            return FIELDS[name], read[FIELDS[name]]
        if link := LINK.fullmatch(name):
            kind = RELATIONS.get((link[1], link[2]), "RELATES_TO")
            return kind.lower(), partial(_set_related, kind)
        others: dict[str, tuple[str, Setter]] = {
            "labels": ("labels", _set_labels),
            "comment": ("comments", partial(_set_comment, self.clock, self.known.people)),
            "comments": ("comments", partial(_set_comment, self.clock, self.known.people)),
            "attachment": ("links", _set_link),
            "original estimate": ("estimate_minutes", _set_seconds),
            "status category": ("is_complete", _set_category),
            "parent": ("parent", self.set_parent),
            "parent id": ("parent", self.set_parent),
            "parent key": ("parent", self.set_parent),
            "custom field (epic link)": ("parent", self.set_parent),
        }
        return others.get(name)

    def set_parent(self, record: TaskRecord, text: str) -> None:
        record.parent = record.parent or self.known.keys.get(text, text)

    def finish(self, record: TaskRecord) -> None:
        super().finish(record)
        if record.is_complete is None and record.completed_at:
            record.is_complete = True


Found = tuple[int, str, tuple[str, Setter] | None]


def _once(found: list[Found]) -> list[Found]:
    """Without the repetitions of columns that have one value."""
    seen: set[str] = set()
    kept: list[Found] = []
    for place, name, of in found:
        if name not in FIELDS or name not in seen:
            kept.append((place, name, of))
        seen.add(name)
    return kept


class _Known:
    """The keys of issues by their ids, and the names of people by their accounts."""

    def __init__(self, table: Table, names: list[str]) -> None:
        self.keys: dict[str, str] = {}
        self.people: dict[str, str] = {}
        key = names.index("issue key")
        number = names.index("issue id") if "issue id" in names else None
        accounts = [
            (names.index(f"{role} id"), names.index(role))
            for role in ("assignee", "reporter", "creator")
            if role in names and f"{role} id" in names
        ]
        for _, row in table.rows():
            if isinstance(row, Flaw):
                continue
            if number is not None:
                self.keys[row[number].strip()] = row[key].strip()
            for account, name in accounts:
                if row[account] and len(self.people) < MOST_PEOPLE:
                    self.people[row[account].strip()] = row[name].strip()


def _set_labels(record: TaskRecord, text: str) -> None:
    for label in text.split():
        record.labels = added(record.labels, label)


def _set_comment(clock: Clock, people: dict[str, str], record: TaskRecord, text: str) -> None:
    """`date;author;text`; whatever else stands there is the text."""
    first, _, rest = text.partition(";")
    author, has_text, content = rest.partition(";")
    try:
        made = values.moment(first.strip(), clock.order).within(clock.zone) if has_text else None
    except ValueError:
        made = None
    if made is None:
        author, content = "", text
    author = people.get(author.strip(), author.strip())
    comment = CommentRecord(author=author, content=content.strip(), created_at=made)
    record.comments = added(record.comments, comment)


def _set_link(record: TaskRecord, text: str) -> None:
    """`date;author;name;address`."""
    parts = text.split(";")
    if len(parts) < MOST_PARTS or "://" not in parts[-1]:
        raise ValueError("This is no attachment: `date;author;name;address`.")
    name = ";".join(parts[2:-1]).strip()
    record.links = added(record.links, LinkRecord(name=name, url=parts[-1].strip()))


def _set_related(kind: str, record: TaskRecord, text: str) -> None:
    record.relations = added(record.relations, (kind, text))


def _set_seconds(record: TaskRecord, text: str) -> None:
    if not text.isdecimal() or len(text) > MOST_DIGITS or int(text) > values.MOST_MINUTES * MINUTE:
        raise ValueError("This is no number of seconds.")
    record.estimate_minutes = round(int(text) / MINUTE)


def _set_category(record: TaskRecord, text: str) -> None:
    record.is_complete = text.casefold() == DONE
