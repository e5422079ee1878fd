"""What a change of a column does to the tasks in it, however many.

The caller has locked the project, so no task enters or leaves the column meanwhile.
"""

from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now

from core.actor import Actor
from core.events import publish
from core.queries import insert
from projects.models import Status
from projects.services.columns import ColumnInUse
from tasks.events import TasksReopened
from tasks.models import FINISHED, StatusChange, Task

AT_ONCE = 1000
"""Rows of history that are written with one statement."""


def move_out(*, actor: Actor, column: Status, successor: Status | None) -> None:
    """Move all tasks of the column, deleted ones as well; ColumnInUse if there is no successor."""
    tasks = Task.objects.filter(status=column)
    if successor is None:
        if tasks.exists():
            raise ColumnInUse(errors={"move_to": [ColumnInUse.message]})
        return
    _record(tasks, actor=actor, column=column, successor=successor)
    _refile(tasks, successor, actor=actor)


def recategorise(*, actor: Actor, column: Status) -> None:
    """Give the tasks of the column its new category."""
    _refile(Task.objects.filter(status=column), column, actor=actor)


def _refile(tasks: QuerySet[Task], column: Status, *, actor: Actor) -> None:
    is_finished = column.category in FINISHED
    reopened = tasks.filter(deleted_at=None, category__in=FINISHED, due_date__isnull=False)
    ids = [] if is_finished else list(reopened.values_list("pk", flat=True))
    completed_at: Any = Coalesce("completed_at", Now()) if is_finished else None
    tasks.update(
        status=column,
        category=column.category,
        completed_at=completed_at,
        version=F("version") + 1,
        updated_at=Now(),
    )
    if ids:
        found = list(Task.objects.filter(pk__in=ids).order_by("pk"))
        publish(TasksReopened(actor=actor, tasks=found))


def _record(tasks: QuerySet[Task], *, actor: Actor, column: Status, successor: Status) -> None:
    """Write the move into the history of each task."""
    same = {"workspace_id": column.workspace_id, "actor": actor.user}
    step = {"source": column.key, "target": successor.key}
    ids = list(tasks.filter(purged_at=None).values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        insert(*(StatusChange(task_id=pk, **same, **step) for pk in ids[start : start + AT_ONCE]))
