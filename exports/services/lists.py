"""Tasks as the rows of a table."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db.models import F

from exports.services.people import People
from tasks.models import Task, TaskLabel

PATHS = {
    "id": "pk",
    "project_key": "project__key",
    "number": "number",
    "project": "project__name",
    "title": "title",
    "description": "description",
    "type": "type",
    "priority": "priority",
    "status": "status__key",
    "status_name": "status__name",
    "category": "category",
    "is_complete": "is_complete",
    "is_blocked": "is_blocked",
    "assignee_id": "assignee_id",
    "created_by_id": "created_by_id",
    "parent_key": "parent__project__key",
    "parent_number": "parent__number",
    "parent_gone": "parent__deleted_at",
    "estimate_minutes": "estimate_minutes",
    "start_date": "start_date",
    "due_date": "due_date",
    "due_time": "due_time",
    "repeat_every": "repeat_every",
    "repeat_unit": "repeat_unit",
    "completed_at": "completed_at",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
"""The facts of a row, each with its path from the task."""
COLUMNS = (
    *("key", "title", "description", "type", "priority", "status", "status_name", "category"),
    *("is_complete", "is_blocked", "assignee", "assignee_email", "created_by"),
    *("created_by_email", "labels", "parent", "estimate_minutes", "start_date", "due_date"),
    *("due_time", "repeat_every", "repeat_unit", "completed_at", "created_at", "updated_at"),
    *("project", "project_key", "number", "id"),
)
"""The columns of a table, in their order unless others are asked for."""
HEAVY = "description"
"""Read only if it is asked for."""


class Lister:
    """Makes rows of tasks: the values of these columns, in their order."""

    def __init__(self, columns: Sequence[str], people: People) -> None:
        self._columns, self._people = columns, people
        chosen = {name: path for name, path in PATHS.items() if name != HEAVY or name in columns}
        self._facts = {f"fact_{name}": F(path) for name, path in chosen.items()}
        self._names = list(chosen)

    def rows(self, tasks: list[UUID]) -> Iterator[list[Any]]:
        """The rows of tasks of one project, by number."""
        found = Task.objects.filter(pk__any_of=tasks).order_by("number")
        read = found.annotate(**self._facts).values_list(*self._facts)
        facts = [dict(zip(self._names, row, strict=True)) for row in read]
        self._people.know(row[name] for row in facts for name in ("assignee_id", "created_by_id"))
        labels = _labels(tasks) if "labels" in self._columns else {}
        for row in facts:
            shown = self._shown(row, labels.get(row["id"], ()))
            yield [shown[name] for name in self._columns]

    def _shown(self, row: dict[str, Any], labels: Sequence[str]) -> dict[str, Any]:
        assignee, author = self._people[row["assignee_id"]], self._people[row["created_by_id"]]
        has_parent = row["parent_number"] is not None and row["parent_gone"] is None
        return {
            **row,
            "id": str(row["id"]),
            "key": f"{row['project_key']}-{row['number']}",
            "assignee": assignee.name,
            "assignee_email": assignee.email,
            "created_by": author.name,
            "created_by_email": author.email,
            "labels": ", ".join(labels),
            "parent": f"{row['parent_key']}-{row['parent_number']}" if has_parent else "",
        }


def _labels(tasks: list[UUID]) -> dict[UUID, list[str]]:
    """The names of the labels of each task."""
    named: dict[UUID, list[str]] = defaultdict(list)
    rows = TaskLabel.objects.filter(task__any_of=tasks).order_by("label__name")
    for task, name in rows.values_list("task_id", "label__name"):
        named[task].append(name)
    return named
