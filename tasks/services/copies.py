"""Copying a task, with its sub-tasks if wanted."""

from typing import Any

from django.db import transaction

from core.actor import Actor
from core.errors import Conflict
from core.rights import require
from projects.rights import CREATE_TASK
from tasks.models import Task
from tasks.services.edits import assignee_within
from tasks.services.labels import labels_of_task
from tasks.services.locks import shared_task
from tasks.services.subtasks import with_all_below
from tasks.services.tasks import create_task

MOST_COPIED = 50
"""How many tasks are copied together."""
COPIED = (
    *("title", "description", "type", "priority", "parent", "estimate_minutes"),
    *("start_date", "due_date", "due_time", "due_set_by", "repeat_every", "repeat_unit"),
)


class TooManyCopied(Conflict):
    message = f"At most {MOST_COPIED} tasks are copied together."


@transaction.atomic
def copy_task(
    *, actor: Actor, task: Task, title: str | None = None, with_subtasks: bool = True
) -> Task:
    """A new task like this one, in the default column; comments and files are not copied."""
    task = shared_task(task, counter=True)
    require(CREATE_TASK, task.project, actor)
    copies = {task.pk: create_like(task, actor, **({"title": title} if title else {}))}
    level = [task]
    while with_subtasks and level:
        below = Task.objects.alive().filter(parent__in=[each.pk for each in level])
        room = MOST_COPIED - len(copies)
        level = list(below.select_related("project", "assignee").order_by("number")[: room + 1])
        if len(level) > room:
            raise TooManyCopied
        for each in level:
            parent = copies[each.parent_id] if each.parent_id else None
            copies[each.pk] = create_like(each, actor, parent=parent)
    return copies[task.pk]


def number_copied(task: Task, *, with_subtasks: bool = True, **_: Any) -> int:
    """How many tasks `copy_task` makes, as far as it would."""
    return len(with_all_below(task, most=MOST_COPIED)) if with_subtasks else 1


def create_like(task: Task, actor: Actor, **otherwise: Any) -> Task:
    """A new task with the fields and labels of this one, but for those given."""
    fields: dict[str, Any] = {name: getattr(task, name) for name in COPIED}
    fields |= {"assignee": assignee_within(task, task.project), "labels": labels_of_task(task)}
    return create_task(actor=actor, project=task.project, **{**fields, **otherwise})
