"""Sub-tasks: which task may be the parent of which, and what becomes of them without it.

Parents are compared and set while the project's counter is locked, so that two changes at the same
moment make no circle.
"""

from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils import timezone

from core.actor import Actor
from core.errors import Conflict, Invalid, Refusal
from core.events import publish_all
from core.models import as_event_value
from tasks.events import TaskUpdated
from tasks.models import Task

MOST_LEVELS = 5
"""How far below the topmost task a sub-task may stand."""
MOST_SUBTASKS = 500
FAMILY = """
    WITH RECURSIVE up AS (
        SELECT id, parent_id, 1 AS level FROM tasks_task
        WHERE id = %(parent)s AND project_id = %(project)s AND deleted_at IS NULL
        UNION ALL
        SELECT task.id, task.parent_id, level + 1
        FROM tasks_task AS task JOIN up ON task.id = up.parent_id WHERE level <= %(levels)s
    ), down AS (
        SELECT %(task)s::uuid AS id, 0 AS level
        UNION ALL
        SELECT task.id, level + 1
        FROM tasks_task AS task JOIN down ON task.parent_id = down.id
        WHERE task.deleted_at IS NULL AND level <= %(levels)s
    )
    SELECT array(SELECT id FROM up), (SELECT max(level) FROM down),
    (SELECT count(*) FROM tasks_task WHERE parent_id = %(parent)s AND deleted_at IS NULL)
"""
"""The ids of the parent and all above it, the levels below the task, and the parent's sub-tasks."""

BELOW = """
    WITH RECURSIVE below AS (
        SELECT id, 0 AS level FROM tasks_task WHERE id = %s
        UNION ALL
        SELECT task.id, level + 1
        FROM tasks_task AS task JOIN below ON task.parent_id = below.id
        WHERE task.deleted_at IS NULL
    )
    SELECT id FROM below ORDER BY level, id LIMIT %s
"""


class NotAParent(Invalid):
    message = "Must be another task of the same project."


class ParentCycle(Conflict):
    message = "A task cannot be part of its own sub-task."


class TooDeep(Conflict):
    message = f"Sub-tasks stand at most {MOST_LEVELS} levels deep."


class TooManySubtasks(Conflict):
    message = f"A task has at most {MOST_SUBTASKS} sub-tasks."


def check_parent(task: Task, parent: Task) -> None:
    """Refuse a parent; the caller has locked the counter of the task's project.

    The parent is locked shared, so that it is not deleted meanwhile.
    """
    Task.objects.locked_shared(parent.pk)
    above, below, siblings = _family(task, parent)
    if not above or task.pk == parent.pk:
        raise NotAParent(errors={"parent_id": [NotAParent.message]})
    if task.pk in above:
        raise ParentCycle
    if len(above) + below > MOST_LEVELS:
        raise TooDeep
    if siblings >= MOST_SUBTASKS:
        raise TooManySubtasks


def parent_if_possible(task: Task) -> Task | None:
    """The parent of the task, unless it may not be that any more; as `check_parent`."""
    if task.parent is None:
        return None
    try:
        check_parent(task, task.parent)
    except Refusal:
        return None
    return task.parent


def give_subtasks_to_parent(task: Task, actor: Actor) -> None:
    """Move the sub-tasks of a task that is deleted one level up."""
    subtasks = Task.objects.alive().filter(parent=task).select_related("project")
    subtasks = subtasks.defer("description", "description_html")
    found = list(subtasks.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    if not found:
        return
    Task.objects.filter(pk__any_of=[each.pk for each in found]).update(
        parent=task.parent_id, version=F("version") + 1, updated_at=timezone.now()
    )
    change = {"old": as_event_value(task), "new": task.parent_id and str(task.parent_id)}
    for each in found:
        each.parent_id, each.version = task.parent_id, each.version + 1
    publish_all([TaskUpdated(actor=actor, task=each, changes={"parent": change}) for each in found])


def _family(task: Task, parent: Task) -> tuple[list[UUID], int, int]:
    values = {"task": task.pk, "parent": parent.pk, "project": task.project_id}
    with connection.cursor() as cursor:
        cursor.execute(FAMILY, {**values, "levels": MOST_LEVELS})
        above, below, siblings = cursor.fetchone()
    return list(above), int(below), int(siblings)


def with_all_below(task: Task, *, most: int) -> list[UUID]:
    """The ids of the task and of all sub-tasks below it, the higher ones first."""
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [task.pk, most])
        return [pk for (pk,) in cursor.fetchall()]
