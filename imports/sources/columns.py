"""Records read from the columns of a table: what each field's cells mean."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from imports.sources import values
from imports.sources.checks import SHOWN, check
from imports.sources.records import FileRefused, Flaw, LinkRecord, TaskRecord
from imports.sources.tables import Row, Table

Item = TypeVar("Item")
Setter = Callable[[TaskRecord, str], None]
"""Puts what a cell says into a record: ValueError with a sentence if it cannot be read."""


class Column(NamedTuple):
    """A column of the table, the field it is read into, and how."""

    place: int
    field: str
    set: Setter


@dataclass(frozen=True)
class Clock:
    """How dates without a time zone, or with the month before the day, are meant."""

    order: str = ""
    zone: tzinfo = UTC


def clock_of(options: Mapping[str, Any], order: str = "") -> Clock:
    """From `date_order` and `time_zone`; FileRefused for what they cannot be."""
    order = options.get("date_order") or order
    if order not in ("", *values.ORDERS):
        raise FileRefused("`date_order` is `dmy` or `mdy`.")
    name = options.get("time_zone") or "UTC"
    try:
        return Clock(order, ZoneInfo(name))
    except (KeyError, ValueError, TypeError, OSError):
        raise FileRefused("There is no such time zone.") from None


def added(items: Sequence[Item], item: Item) -> list[Item]:
    """The items with one more."""
    if isinstance(items, list):
        items.append(item)
        return items
    return [*items, item]


def _set_text(field: str, record: TaskRecord, text: str) -> None:
    setattr(record, field, text)


def _set_person(field: str, record: TaskRecord, text: str) -> None:
    setattr(record, field, values.person(text))


def _set_complete(record: TaskRecord, text: str) -> None:
    record.is_complete = values.is_yes(text)


def _set_labels(record: TaskRecord, text: str) -> None:
    for label in text.replace(";", ",").split(","):
        record.labels = added(record.labels, label)


def _set_moment(field: str, clock: Clock, record: TaskRecord, text: str) -> None:
    setattr(record, field, values.moment(text, clock.order).within(clock.zone))


def _set_start(clock: Clock, record: TaskRecord, text: str) -> None:
    record.start_date = values.moment(text, clock.order).local(clock.zone)[0]


def _set_due(clock: Clock, record: TaskRecord, text: str) -> None:
    """The time only if there is one: midnight is how tools write a day."""
    record.due_date, at = values.moment(text, clock.order).local(clock.zone)
    if at:
        record.due_time = record.due_time or at
    if at and (at.hour, at.minute, at.second) == (0, 0, 0):
        record.due_time = None


def _set_time(clock: Clock, record: TaskRecord, text: str) -> None:
    record.due_time = values.moment(f"2000-01-01 {text}").at


def _set_estimate(unit: str, record: TaskRecord, text: str) -> None:
    record.estimate_minutes = values.minutes(text, unit)


def _set_links(record: TaskRecord, text: str) -> None:
    for url in text.split():
        record.links = added(record.links, LinkRecord(name=url.rpartition("/")[2], url=url))


def _set_related(kind: str, record: TaskRecord, text: str) -> None:
    for other in text.replace(";", ",").split(","):
        if other.strip():
            record.relations = added(record.relations, (kind, other.strip()))


def setters(clock: Clock) -> dict[str, Setter]:
    """How the cells of each field are read."""
    plain = ("external_id", "title", "description", "type", "priority", "status", "parent")
    relations = {
        "blocks": "BLOCKS",
        "blocked_by": "BLOCKED_BY",
        "relates_to": "RELATES_TO",
        "duplicates": "DUPLICATES",
        "duplicated_by": "DUPLICATED_BY",
    }
    return {
        **{field: partial(_set_text, field) for field in plain},
        **{field: partial(_set_person, field) for field in ("assignee", "reporter")},
        **{field: partial(_set_moment, field, clock) for field in ("created_at", "completed_at")},
        **{field: partial(_set_related, kind) for field, kind in relations.items()},
        "is_complete": _set_complete,
        "labels": _set_labels,
        "start_date": partial(_set_start, clock),
        "due_date": partial(_set_due, clock),
        "due_time": partial(_set_time, clock),
        "estimate_minutes": partial(_set_estimate, "m"),
        "estimate_hours": partial(_set_estimate, "h"),
        "links": _set_links,
    }


FIELDS = frozenset(setters(Clock()))
"""What a column of a table can be read into: fields of TaskRecord, and kinds of relations."""
DATES = frozenset({"start_date", "due_date", "created_at", "completed_at"})


class ColumnSource:
    """A table of tasks (`Source`)."""

    def __init__(self, table: Table, plan: Sequence[Column]) -> None:
        self.table = table
        self.plan = plan
        read = {column.place for column in plan}
        names = [name for place, name in enumerate(table.columns) if name and place not in read]
        self.columns: Sequence[str] = list(table.columns)
        self.unknown: Sequence[str] = list(dict.fromkeys(names))
        self.mapping: Mapping[str, str] = {c.field: table.columns[c.place] for c in plan}
        self.total: int | None = None

    def rows(self) -> Iterator[tuple[int, TaskRecord]]:
        for number, row in self.table.rows():
            yield number, self.record(row)

    def record(self, row: Row) -> TaskRecord:
        record = TaskRecord()
        if isinstance(row, Flaw):
            record.flaws.append(row)
            return record
        for place, field, put in self.plan:
            if cell := row[place].strip():
                try:
                    put(record, cell)
                except ValueError as problem:
                    record.flaws.append(Flaw(field, str(problem), cell[:SHOWN]))
        self.finish(record)
        return check(record)

    def finish(self, record: TaskRecord) -> None:
        """What follows from several columns."""
        if record.due_date is None:
            record.due_time = None
