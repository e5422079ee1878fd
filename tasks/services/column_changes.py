"""What a change of a column does to the tasks in it, however many.

The caller has locked the project, so no task enters or leaves the column meanwhile.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from core.actor import Actor
from core.events import publish
from core.queries import insert
from projects.models import Status
from projects.services.columns import ColumnInUse
from tasks.events import TasksRecategorised
from tasks.models import FINISHED, StatusChange, Task
from tasks.services.locks import lock_blocked_by, lock_in_order

AT_ONCE = 1000
"""Tasks whose history or reminders are written together."""


def move_out(*, actor: Actor, column: Status, successor: Status | None) -> None:
    """Move all tasks of the column, deleted ones as well; ColumnInUse if there is no successor."""
    tasks = Task.objects.filter(status=column)
    if successor is None:
        if tasks.exists():
            raise ColumnInUse(errors={"move_to": [ColumnInUse.message]})
        return
    _record(tasks, actor=actor, column=column, successor=successor)
    _put_into(successor, tasks, actor=actor)


def recategorise(*, actor: Actor, column: Status) -> None:
    """Give the tasks of the column its new category."""
    _put_into(column, Task.objects.filter(status=column), actor=actor)


def _put_into(column: Status, tasks: QuerySet[Task], *, actor: Actor) -> None:
    """Write column, category and what follows from it, then publish those with reminders."""
    is_finished = column.category in FINISHED
    complete = Q(category__in=FINISHED)
    toggled = tasks.filter(~complete if is_finished else complete, deleted_at=None)
    lock_in_order(tasks)
    lock_blocked_by(toggled)
    changed = list(_batches(toggled.filter(due_date__isnull=False)))
    completed_at: Any = Coalesce("completed_at", Now()) if is_finished else None
    tasks.update(
        status=column,
        category=column.category,
        completed_at=completed_at,
        version=F("version") + 1,
        updated_at=Now(),
    )
    for ids in changed:
        found = (
            Task.objects.filter(pk__any_of=ids)
            .defer("description", "description_html")
            .order_by("pk")
        )
        publish(TasksRecategorised(actor=actor, tasks=list(found)))


def _record(tasks: QuerySet[Task], *, actor: Actor, column: Status, successor: Status) -> None:
    """Write the move into the history of each task."""
    same = {"workspace_id": column.workspace_id, "actor": actor.user}
    step = {"source": column.key, "target": successor.key}
    for ids in _batches(tasks.filter(purged_at=None)):
        insert(*(StatusChange(task_id=pk, **same, **step) for pk in ids))


def _batches(tasks: QuerySet[Task]) -> Iterator[list[UUID]]:
    ids = list(tasks.values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        yield ids[start : start + AT_ONCE]
