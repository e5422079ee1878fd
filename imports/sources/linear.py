"""Issues as Linear exports them as CSV: https://linear.app/docs/exporting-data."""

from collections.abc import Mapping
from typing import IO, Any

from imports.sources.columns import Column, ColumnSource, clock_of, setters
from imports.sources.records import FileRefused, TaskRecord
from imports.sources.tables import Table

MOST_COLUMNS = 200
FIELDS = {
    "ID": "external_id",
    "Title": "title",
    "Description": "description",
    "Status": "status",
    "Priority": "priority",
    "Creator": "reporter",
    "Assignee": "assignee",
    "Labels": "labels",
    "Created": "created_at",
    "Completed": "completed_at",
    "Due Date": "due_date",
    "Parent issue": "parent",
    "Related to": "relates_to",
    "Blocked by": "blocked_by",
    "Duplicate of": "duplicates",
}
"""By column. `Estimate` counts points, which are no time."""
NEEDED = ("ID", "Title", "Team", "Status")
NO_PRIORITY = "No priority"


class LinearSource(ColumnSource):
    """Options: `time_zone`, in which days begin."""

    def __init__(self, file: IO[bytes], options: Mapping[str, Any]) -> None:
        table = Table(file, most_columns=MOST_COLUMNS)
        if not {*NEEDED} <= {*table.columns}:
            raise FileRefused("This is no export of Linear: its columns are others.")
        read = setters(clock_of(options))
        plan = [
            Column(place, FIELDS[name], read[FIELDS[name]])
            for place, name in enumerate(table.columns)
            if name in FIELDS and table.columns.index(name) == place
        ]
        if "Canceled" in table.columns:
            plan.append(Column(table.columns.index("Canceled"), "is_complete", _cancel))
        super().__init__(table, plan)

    def finish(self, record: TaskRecord) -> None:
        """A due date is a day, though the file has the beginning of that day as a moment."""
        record.due_time = None
        if record.priority == NO_PRIORITY:
            record.priority = ""
        record.is_complete = bool(record.is_complete or record.completed_at)


def _cancel(record: TaskRecord, text: str) -> None:
    record.is_complete = True
