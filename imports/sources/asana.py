"""The tasks of a project as Asana exports them as CSV.

Parents and dependencies stand there by their names, separated by commas.
"""

from collections.abc import Iterator, Mapping
from typing import IO, Any

from imports.sources.columns import Column, ColumnSource, clock_of, setters
from imports.sources.records import FileRefused, Flaw, TaskRecord
from imports.sources.tables import Row, Table

MOST_COLUMNS = 500
FIELDS = {
    "Task ID": "external_id",
    "Name": "title",
    "Notes": "description",
    "Section/Column": "status",
    "Assignee": "assignee",
    "Assignee Email": "assignee",
    "Tags": "labels",
    "Start Date": "start_date",
    "Due Date": "due_date",
    "Created At": "created_at",
    "Completed At": "completed_at",
    "Parent task": "parent",
    "Parent Task": "parent",
    "Priority": "priority",
}
"""By column; the address of somebody is read after their name, and replaces it."""
DEPENDENCIES = {
    "Blocked By (Dependencies)": "BLOCKED_BY",
    "Blocking (Dependencies)": "BLOCKS",
}
NEEDED = ("Task ID", "Name")
MOST_NAMES = 200
"""Of tasks in one cell."""
MOST_COMMAS = 10
"""In the name of a task that others depend on."""


class AsanaSource(ColumnSource):
    """A task's parent is the last one before it with that name, or else the first one after it.

    Dependencies on tasks that the file does not have, or has several of that name, are left out.
    """

    def __init__(self, file: IO[bytes], options: Mapping[str, Any]) -> None:
        table = Table(file, most_columns=MOST_COLUMNS)
        if not {*NEEDED} <= {*table.columns}:
            raise FileRefused("This is no export of Asana: its columns are others.")
        read = setters(clock_of(options))
        first = {name: table.columns.index(name) for name in reversed(table.columns)}
        plan = [Column(first[c], f, read[f]) for c, f in FIELDS.items() if c in first]
        self.dependencies = [(first[c], kind) for c, kind in DEPENDENCIES.items() if c in first]
        plan += [Column(place, kind.lower(), _nothing) for place, kind in self.dependencies]
        super().__init__(table, plan)
        self.names = _Names(table, first["Task ID"], first["Name"])

    def rows(self) -> Iterator[tuple[int, TaskRecord]]:
        for number, record in super().rows():
            if record.parent:
                record.parent = self.names.parent_of(record)
            self.names.pass_by(record)
            yield number, record

    def record(self, row: Row) -> TaskRecord:
        record = super().record(row)
        if not isinstance(row, Flaw):
            record.relations = [
                (kind, task)
                for place, kind in self.dependencies
                for task in self.names.tasks_in(row[place])
            ]
        return record

    def finish(self, record: TaskRecord) -> None:
        record.is_complete = record.completed_at is not None


class _Names:
    """The ids of the tasks by their names: the first one of a name, "" where there are several."""

    def __init__(self, table: Table, key: int, name: int) -> None:
        self.first: dict[str, str] = {}
        self.only: dict[str, str] = {}
        self.latest: dict[str, str] = {}
        for _, row in table.rows():
            if not isinstance(row, Flaw):
                title = " ".join(row[name].split())
                self.only[title] = "" if title in self.first else row[key].strip()
                self.first.setdefault(title, row[key].strip())

    def pass_by(self, record: TaskRecord) -> None:
        if record.title in self.first:
            self.latest[record.title] = record.external_id

    def parent_of(self, record: TaskRecord) -> str:
        """Its id; what stands there if no other task has that name."""
        name = " ".join(record.parent.split())
        found = self.latest.get(name) or self.first.get(name, "")
        return found if found not in ("", record.external_id) else record.parent

    def tasks_in(self, cell: str) -> Iterator[str]:
        """The tasks whose names stand in the cell: a name may have commas itself."""
        parts = [" ".join(part.split()) for part in cell.split(",")[:MOST_NAMES]]
        start = 0
        while start < len(parts):
            ends = range(min(len(parts), start + MOST_COMMAS + 1), start, -1)
            names = ((end, ", ".join(parts[start:end])) for end in ends)
            end, name = next(((e, n) for e, n in names if n in self.only), (start + 1, ""))
            if self.only.get(name):
                yield self.only[name]
            start = end


def _nothing(record: TaskRecord, text: str) -> None:
    """Read when all names are known."""
