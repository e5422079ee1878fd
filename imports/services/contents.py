"""What of a record is kept until it becomes a task, and what is wrong with it.

By the same rules as what is sent to the API; sources have checked lengths already, or not.
"""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import orjson

from core.days import BOUNDS, is_plannable
from core.names import FORBIDDEN, cleaned_name
from imports.models import LONGEST_ID
from imports.sources.records import CommentRecord, Flaw, LinkRecord, TaskRecord
from tasks.models import MOST_MINUTES, RelatedAs
from tasks.services.edits import DueBeforeStart, DueTimeNeedsDueDate
from tasks.services.labels import MOST_LABELS_OF_TASK
from tasks.services.relations import MOST_RELATIONS

LONGEST_DESCRIPTION = 50_000
LONGEST_COMMENT = 20_000
LONGEST_NAME = 254
TEXTS = {
    "title": 255,
    "description": LONGEST_DESCRIPTION,
    **dict.fromkeys(("type", "priority", "status"), 100),
    **dict.fromkeys(("assignee", "reporter"), LONGEST_NAME),
    **dict.fromkeys(("external_id", "parent"), LONGEST_ID),
}
LONGEST_LABEL = 50
LONGEST_URL = 2000
MOST_COMMENTS = 1000
MOST_LINKS = 200
LARGEST = 1_000_000
"""Bytes of a record as JSON."""
SHOWN = 100
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
FILES = "Attachments:"
UNREADABLE = "Has a character that cannot be stored."


class Content(NamedTuple):
    """A record as JSON, `{}` if it has flaws, and its size in bytes."""

    values: dict[str, Any]
    flaws: list[dict[str, str]]
    size: int


def content_of(record: TaskRecord, *, now: datetime) -> Content:
    """The record without what is empty; what is later than now is left out."""
    values = _values(record, now)
    told = {flaw.field for flaw in record.flaws}
    flaws = [*record.flaws, *(flaw for flaw in _flaws(record, values) if flaw.field not in told)]
    size = 0
    if not flaws:
        try:
            written = orjson.dumps(values)
        except TypeError:  # half of a pair of surrogates
            return Content({}, [_shown(Flaw(field="", message=UNREADABLE))], 0)
        size = len(written)
        if size > LARGEST:
            flaws.append(Flaw(field="", message=f"The row has more than {LARGEST:,} bytes."))
        elif b"\\u0000" in written and _has_nul(values):
            flaws.append(Flaw(field="", message=UNREADABLE))
    return Content({}, [_shown(flaw) for flaw in flaws], 0) if flaws else Content(values, [], size)


def is_storable(text: str, longest: int) -> bool:
    """Whether PostgreSQL takes the text."""
    if len(text) > longest or "\x00" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _values(record: TaskRecord, now: datetime) -> dict[str, Any]:
    values = {
        "title": record.title.strip(),
        "description": with_links(record.description, record.links),
        "type": record.type.strip(),
        "priority": record.priority.strip(),
        "status": record.status.strip(),
        "is_complete": record.is_complete,
        "assignee": record.assignee.strip(),
        "reporter": record.reporter.strip(),
        "labels": list(
            {
                name.casefold(): name for each in record.labels if (name := cleaned_name(each))
            }.values()
        ),
        "relations": [_relation(kind, other) for kind, other in record.relations],
        "start_date": _day(record.start_date),
        "due_date": _day(record.due_date),
        "due_time": record.due_time and record.due_time.replace(tzinfo=None).isoformat(),
        "estimate_minutes": record.estimate_minutes,
        "created_at": _moment(record.created_at, now),
        "completed_at": _moment(record.completed_at, now),
        "comments": [_comment(each, now) for each in record.comments if each.content.strip()],
    }
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def with_links(text: str, links: Any) -> str:
    """The description, and after it the files that the source keeps, as links."""
    if not links:
        return text
    return "\n".join([*([text, ""] if text else []), FILES, "", *map(_link, links)])


def _link(link: LinkRecord) -> str:
    name = " ".join(link.name.split()) or link.url
    for sign in "\\[]":
        name = name.replace(sign, f"\\{sign}")
    url = link.url.replace("<", "%3C").replace(">", "%3E").replace(" ", "%20")
    return f"- [{name}](<{url}>)"


def _relation(kind: str, other: str) -> list[Any]:
    """The stored kind, the id of the other one, and whether this one is the source."""
    if kind not in RelatedAs.values:
        return [kind, other, None]
    seen = RelatedAs(kind)
    return [seen.stored.value, other.strip(), seen.of_source]


def _comment(comment: CommentRecord, now: datetime) -> dict[str, Any]:
    at = _moment(comment.created_at, now)
    return {"author": comment.author.strip(), "content": comment.content, "created_at": at}


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None, now: datetime) -> str | None:
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return aware.astimezone(UTC).isoformat() if EARLIEST <= aware <= now else None
    except (OverflowError, ValueError):
        return None


def _flaws(record: TaskRecord, values: dict[str, Any]) -> Iterator[Flaw]:
    title = values.get("title", "")
    if not title:
        yield Flaw(field="title", message="There is no title.")
    elif FORBIDDEN.search(title):
        message = "Line breaks and control characters are not allowed here."
        yield Flaw(field="title", message=message, value=title)
    for name, longest in TEXTS.items():
        text = values.get(name) or getattr(record, name)
        if len(text) > longest:
            yield Flaw(field=name, message=f"Has more than {longest:,} characters.", value=text)
    if record.start_date or record.due_date or record.due_time:
        yield from _flaws_of_dates(record)
    minutes = record.estimate_minutes
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        message = f"Must be from 1 to {MOST_MINUTES:,} minutes."
        yield Flaw(field="estimate_minutes", message=message, value=str(minutes))
    if record.labels:
        yield from _flaws_of_labels(values.get("labels", []))
    if record.comments or record.links or record.relations:
        yield from _flaws_of_lists(record, values)


def _flaws_of_dates(record: TaskRecord) -> Iterator[Flaw]:
    start, due = record.start_date, record.due_date
    for name, day in (("start_date", start), ("due_date", due)):
        if day and not is_plannable(day):
            yield Flaw(field=name, message=BOUNDS, value=day.isoformat())
    if record.due_time and not due:
        yield Flaw(field="due_time", message=DueTimeNeedsDueDate.message)
    if start and due and due < start:
        yield Flaw(field="due_date", message=DueBeforeStart.message, value=due.isoformat())


def _flaws_of_labels(names: list[str]) -> Iterator[Flaw]:
    if len(names) > MOST_LABELS_OF_TASK:
        yield Flaw(field="labels", message=f"There are more than {MOST_LABELS_OF_TASK}.")
    for name in names:
        if len(name) > LONGEST_LABEL:
            message = f"A label has more than {LONGEST_LABEL} characters."
            yield Flaw(field="labels", message=message, value=name)
            return


def _flaws_of_lists(record: TaskRecord, values: dict[str, Any]) -> Iterator[Flaw]:
    limits = (("comments", MOST_COMMENTS), ("links", MOST_LINKS), ("relations", MOST_RELATIONS))
    for name, most in limits:
        if len(getattr(record, name)) > most:
            yield Flaw(field=name, message=f"There are more than {most:,}.")
    for comment in values.get("comments", ()):
        if len(comment["content"]) > LONGEST_COMMENT or len(comment["author"]) > LONGEST_NAME:
            message = f"A comment has more than {LONGEST_COMMENT:,} characters."
            yield Flaw(field="comments", message=message, value=comment["content"])
            return
    for kind, other, of_source in values.get("relations", ()):
        if of_source is None or not other or len(other) > LONGEST_ID:
            yield Flaw(field="relations", message="Is no relation.", value=f"{kind} {other}")
    for link in record.links:
        if len(link.url) > LONGEST_URL or not link.url.startswith(("http://", "https://")):
            yield Flaw(field="links", message="Is no address of the web.", value=link.url)


def _has_nul(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_nul, value.values()))
    if isinstance(value, list):
        return any(map(_has_nul, value))
    return isinstance(value, str) and "\x00" in value


def _shown(flaw: Flaw) -> dict[str, str]:
    """The flaw as JSON, with the beginning of the value."""
    value = flaw.value[:SHOWN].replace("\x00", " ").encode(errors="replace").decode()
    return {**asdict(flaw), "value": value}
