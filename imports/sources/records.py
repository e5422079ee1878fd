"""What is read of a file: one record for each task, in the words of its source."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import IO, Any, Protocol


@dataclass(frozen=True, kw_only=True)
class CommentRecord:
    """`author` is an e-mail address or a name; `created_at` is null if the file does not say."""

    author: str
    content: str
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class LinkRecord:
    """A file that the source keeps: imported as a link, not fetched."""

    name: str
    url: str


@dataclass(frozen=True)
class Flaw:
    """What is wrong with one field of a row; `value` is the beginning of what stands there."""

    field: str
    message: str
    value: str = ""


@dataclass(kw_only=True)
class TaskRecord:
    """A task as its source has it: people, columns, types and priorities by their names there.

    `external_id` is "" if the source has none. `parent`, and the other task of a relation, are
    external ids. A relation is `(kind, external id)`, its kind one of `tasks.models.RelatedAs`:
    what this task is to the other one; a file may name the same from both sides. `flaws` are
    those of the row itself; a record that has some is not imported.
    """

    external_id: str = ""
    title: str = ""
    description: str = ""
    type: str = ""
    priority: str = ""
    status: str = ""
    is_complete: bool | None = None
    assignee: str = ""
    reporter: str = ""
    labels: Sequence[str] = ()
    parent: str = ""
    relations: Sequence[tuple[str, str]] = ()
    start_date: date | None = None
    due_date: date | None = None
    due_time: time | None = None
    estimate_minutes: int | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None
    comments: Sequence[CommentRecord] = ()
    links: Sequence[LinkRecord] = ()
    flaws: list[Flaw] = field(default_factory=list)


class FileRefused(Exception):
    """The file as a whole cannot be read; the text says why, for people."""


class Source(Protocol):
    """A file that is being read. `rows` may be iterated once."""

    columns: Sequence[str]
    """The columns, or keys, that the file has."""
    unknown: Sequence[str]
    """Those of which nothing is imported."""
    mapping: Mapping[str, str]
    """By field of TaskRecord, the column it is read from; empty where the format says it all."""
    total: int | None
    """How many rows there are, if that is known before they are read."""

    def rows(self) -> Iterator[tuple[int, TaskRecord]]:
        """Each record with its number in the file, from 1; FileRefused if the rest is unreadable.

        Memory does not grow with the number of rows where the format allows it.
        """


class Format(Protocol):
    """How files of one source are opened."""

    def __call__(self, file: IO[bytes], options: Mapping[str, Any]) -> Source:
        """`file` can be read and sought. FileRefused for what is not of this format."""
