"""Moving a task to a place in a column, without changing the positions of all others.

Positions are chosen while the project's counter is locked, so no two tasks get the same one, in
whatever columns they stand: a task keeps its position in another column.
"""

from dataclasses import dataclass
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from core.actor import Actor
from core.errors import Conflict, Invalid
from core.events import publish_all
from core.queries import compiled
from core.rights import require
from projects.models import Status
from tasks.events import TaskMoved
from tasks.models import POSITION_STEP, Task
from tasks.rights import MOVE_TASK, TRANSITION_TASK
from tasks.services.edits import edit, with_current_column
from tasks.services.locks import locked_task
from tasks.services.numbers import last_position

SEARCHED = 16
"""How far around the middle of two positions a free one is looked for."""
WINDOWS = (32, 128, 512)
"""How many tasks are spread out where positions have become too close."""
LEAST_GAP = 64
"""The least distance of spread tasks, so that some moves go by before the next time."""
RESPACE = """
    UPDATE tasks_task AS task SET position = place.position,
    version = task.version + 1, updated_at = now()
    FROM unnest(%s::uuid[], %s::bigint[]) AS place (id, position) WHERE task.id = place.id
"""


class NotInColumn(Conflict):
    message = "The task to stand beside is not in this column."


class NotBesideItself(Invalid):
    message = "A task cannot stand beside itself."


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where in a column: after a task, before one, or at an index counted from 0; else last.

    With `position` where a task stood that had it, next to who stands there now.
    """

    after: Task | None = None
    before: Task | None = None
    order: int | None = None
    position: int | None = None


@transaction.atomic
def move_task(
    *,
    actor: Actor,
    task: Task,
    place: Place,
    status: Status | None = None,
    version: int | None = None,
) -> Task:
    """Move the task to a place in its column, or in another that its workflow allows."""
    if task in (place.after, place.before):
        raise NotBesideItself
    task = locked_task(MOVE_TASK, task, actor, version=version, counter=True)
    changes: dict[str, Any] = {}
    if status and status != task.status:
        require(TRANSITION_TASK, task, actor)
        changes = with_current_column(task, {"status": status})
    end = last_position(task.project)
    changes["position"] = _position(task, changes.get("status", task.status), place, end, actor)
    return edit(task, changes, actor=actor)


def _position(task: Task, column: Status, place: Place, end: int, actor: Actor) -> int:
    """The position for this place; that of the task if it stands there already."""
    if place.position is not None:
        return _former_position(task, column, place.position, end, actor)
    low, high = _bounds(task, column, place, end)
    if task.status_id == column.pk and low < task.position < high:
        return task.position
    if high == end:
        return end
    free = _free_position(task, low, high)
    return _spread(task, column, low, end, actor) if free is None else free


def _former_position(task: Task, column: Status, position: int, end: int, actor: Actor) -> int:
    """The position itself, or the nearest one that is free; `end` is after all."""
    if task.position == position or position >= end:
        return min(position, end)
    free = _free_position(task, position - SEARCHED - 1, position + SEARCHED + 1)
    return _spread(task, column, position, end, actor) if free is None else free


def _bounds(task: Task, column: Status, place: Place, end: int) -> tuple[int, int]:
    """The positions between which the task is to stand; `end` is after all."""
    here = {"column": column.pk, "task": task.pk}
    if after := place.after:
        low = _place_of(after, column)
        return low, next_place.first(position=low, **here) or end
    before = place.before or _task_at(place.order, column, task)
    high = _place_of(before, column) if before else end
    found: int | None = previous_place.first(position=high, **here)
    return (high - 2 * POSITION_STEP if found is None else found), high


def _task_at(order: int | None, column: Status, task: Task) -> Task | None:
    """The task at this index in the column without `task`; None if there are fewer."""
    if order is None:
        return None
    others = Task.objects.alive().filter(status=column).exclude(pk=task.pk)
    return others.order_by("position")[order : order + 1].first()


def _place_of(neighbour: Task, column: Status) -> int:
    """Its position now; NotInColumn if it has left the column meanwhile, or is deleted."""
    found: int | None = place_in_column.first(column=column.pk, task=neighbour.pk)
    if found is None:
        raise NotInColumn
    return found


def _free_position(task: Task, low: int, high: int) -> int | None:
    """A position near the middle that no task of the project has."""
    middle = (low + high) // 2
    first, last = max(low + 1, middle - SEARCHED), min(high - 1, middle + SEARCHED)
    taken = set(taken_places.rows(project=task.project_id, first=first, last=last))
    free = sorted(range(first, last + 1), key=lambda position: abs(position - middle))
    return next((position for position in free if position not in taken), None)


def _spread(task: Task, column: Status, low: int, end: int, actor: Actor) -> int:
    """Move the tasks after `low` apart, as few as are enough, and return the first position."""
    for window in WINDOWS:
        rows = Task.objects.filter(status=column, position__gt=low).exclude(pk=task.pk)
        rows = rows.defer("description", "description_html")
        tasks = list(rows.order_by("position").select_related("project")[: window + 1])
        high = tasks.pop().position if len(tasks) > window else end
        gap = (high - low) // (len(tasks) + 2)
        if gap >= LEAST_GAP:
            break
    taken = set(taken_places.rows(project=task.project_id, first=low, last=high))
    taken -= {each.position for each in tasks}
    free = (
        next(position for position in count(low + gap * step) if position not in taken)
        for step in range(1, len(tasks) + 2)
    )
    first, *others = free
    _respace(tasks, others, actor)
    return first


def _respace(tasks: list[Task], positions: list[int], actor: Actor) -> None:
    before = [task.position for task in tasks]
    with connection.cursor() as cursor:
        cursor.execute(RESPACE, [[task.pk for task in tasks], positions])
    for task, position in zip(tasks, positions, strict=True):
        task.position, task.version = position, task.version + 1
    publish_all(
        [
            TaskMoved(
                actor=actor,
                task=task,
                changes={"position": {"old": old, "new": task.position}},
            )
            for task, old in zip(tasks, before, strict=True)
        ]
    )


@compiled
def place_in_column(column: Any, task: Any) -> QuerySet[Any]:
    return Task.objects.alive().filter(status=column, pk=task).values_list("position", flat=True)


@compiled
def next_place(column: Any, position: Any, task: Any) -> QuerySet[Any]:
    rows = Task.objects.filter(status=column, position__gt=position).exclude(pk=task)
    return rows.order_by("position").values_list("position", flat=True)[:1]


@compiled
def previous_place(column: Any, position: Any, task: Any) -> QuerySet[Any]:
    rows = Task.objects.filter(status=column, position__lt=position).exclude(pk=task)
    return rows.order_by("-position").values_list("position", flat=True)[:1]


@compiled
def taken_places(project: Any, first: Any, last: Any) -> QuerySet[Any]:
    """Positions of tasks, deleted ones as well, in all columns of the project."""
    columns = Status.objects.filter(project=project).values("pk")
    rows = Task.objects.filter(status__in=columns, position__gte=first, position__lte=last)
    return rows.values_list("position", flat=True)
