"""Tasks that are made many at a time, hidden until all of them are there: those of an import.

A hidden task looks like one that was deleted and purged long ago, so that whatever reads tasks
treats it as not there; it has its number, and nothing is published of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from core.actor import Actor
from core.batches import insert_all, update_all
from core.events import IMPORT, Changes, publish_all
from core.models import as_event_value, uuid7
from projects.models import Project, Status
from tasks.events import TaskAssigned, TaskCreated
from tasks.models import FINISHED, Label, Relation, Task, TaskLabel
from tasks.services.locks import lock_blocked
from tasks.services.numbers import lock_counter, next_numbers

HIDDEN_AT = datetime(2000, 1, 1, tzinfo=UTC)
"""When hidden tasks seem to have been deleted: too long ago to be restored."""
REVEALED = (
    *("status", "category", "assignee", "created_by", "completed_at", "due_set_by"),
    *("deleted_at", "purged_at", "updated_at"),
)
GIVE_BACK = """
    UPDATE tasks_taskcounter SET last_number = last_number - %s WHERE project_id = %s
    RETURNING last_number
"""
FIRST_STATUS = """
    INSERT INTO tasks_statuschange (id, created_at, workspace_id, task_id, source, target, actor_id)
    SELECT new.id, now(), task.workspace_id, task.id, '', status.key, %s
    FROM unnest(%s::uuid[], %s::uuid[]) AS new (id, task_id)
    JOIN tasks_task AS task ON task.id = new.task_id
    JOIN projects_status AS status ON status.id = task.status_id
"""


@dataclass(frozen=True, kw_only=True)
class Revealed:
    """A hidden task that is to be shown, and what it then has."""

    task: Task
    status: Status
    author: User
    assignee: User | None = None
    completed_at: datetime | None = None
    """Only of a task in a column that means it is complete."""
    labels: Sequence[Label] = field(default_factory=tuple)


def add_hidden_tasks(project: Project, tasks: Sequence[Task]) -> None:
    """Insert tasks with the project's next numbers; the caller has locked the project shared.

    Who else creates tasks in the project waits from here on until the commit.
    """
    places = next_numbers(project, len(tasks))
    for task, (number, position) in zip(tasks, places, strict=True):
        task.number, task.position = number, position
        task.deleted_at = task.purged_at = HIDDEN_AT
    insert_all(tasks)


def reveal_tasks(*, actor: Actor, revealed: Sequence[Revealed]) -> None:
    """Show hidden tasks of one project, as if they were created now; nobody is told of them.

    The caller has locked the project shared; assignees are members of it, columns and labels its.
    """
    tasks = [each.task for each in revealed]
    lock_blocked(*tasks)
    for each in revealed:
        _prepare(each, actor)
    update_all(tasks, *REVEALED)
    with connection.cursor() as cursor:
        ids = [uuid7() for _ in tasks], [task.pk for task in tasks]
        cursor.execute(FIRST_STATUS, [actor.person_id, *ids])
    insert_all(
        [
            TaskLabel(workspace_id=each.task.workspace_id, task=each.task, label=label)
            for each in revealed
            for label in each.labels
        ]
    )
    publish_all(
        [
            TaskCreated(actor=actor, task=each.task, changes=_labels_added(each), origin=IMPORT)
            for each in revealed
        ]
    )
    publish_all(
        [
            TaskAssigned(
                actor=actor,
                task=each.task,
                before=None,
                changes={"assignee": {"old": None, "new": as_event_value(each.assignee)}},
                origin=IMPORT,
            )
            for each in revealed
            if each.assignee
        ]
    )


def remove_hidden_tasks(project: Project, ids: Sequence[UUID]) -> None:
    """Undo `add_hidden_tasks`, those with the highest numbers first; the project is locked shared.

    The last numbers of the project are free again. Of tasks whose numbers others follow an empty
    row stays, as of any task that was deleted long ago.
    """
    lock_counter(project)
    rows = Task.objects.filter(pk__any_of=list(ids), deleted_at=HIDDEN_AT)
    found = list(rows.order_by("-number").values_list("pk", "number"))
    if not found:
        return
    Relation.objects.filter(
        Q(source__in=rows.values("pk")) | Q(target__in=rows.values("pk"))
    ).delete()
    last = _last_number(project)
    free: list[UUID] = []
    for pk, number in found:
        if number != last - len(free):
            break
        free.append(pk)
    kept = [pk for pk, _ in found[len(free) :]]
    Task.objects.filter(pk__any_of=kept).update(
        title="", description="", parent=None, version=F("version") + 1, updated_at=Now()
    )
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM tasks_task WHERE id = ANY(%s)", [free])
        cursor.execute(GIVE_BACK, [len(free), project.pk])


def _last_number(project: Project) -> int:
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [0, project.pk])
        return int(cursor.fetchone()[0])


def _prepare(each: Revealed, actor: Actor) -> None:
    task = each.task
    task.set_status(each.status)
    task.assignee, task.created_by = each.assignee, each.author
    task.deleted_at = task.purged_at = None
    if task.category in FINISHED and each.completed_at:
        task.completed_at = each.completed_at
    task.due_set_by = actor.user if task.due_date else None


def _labels_added(each: Revealed) -> Changes:
    names = sorted(label.name for label in each.labels)
    return {"labels": {"old": [], "new": names}} if names else {}
