"""Moving a task, with its sub-tasks, to another project of the workspace.

They get numbers of that project; the former ones lead to them.
"""

from django.db import connection, transaction

from core.actor import Actor
from core.errors import Conflict, Invalid
from core.events import Changes, publish
from core.models import as_event_value
from core.queries import insert, update
from core.rights import require
from projects.models import Project, Status, columns_of
from projects.rights import CREATE_TASK
from projects.services.locks import check_open
from tasks.events import TaskAssigned, TaskTransferred, TaskTransitioned
from tasks.models import FINISHED, FormerKey, Label, Task, labels_of
from tasks.rights import UPDATE_TASK
from tasks.services.columns import default_column
from tasks.services.edits import assignee_within, record_status_changes
from tasks.services.labels import labels_of_task, set_labels
from tasks.services.locks import lock_blocked, shared_projects
from tasks.services.numbers import lock_counter, next_number

MOST_MOVED = 200
"""How many tasks move together: the task and what is below it."""
BELOW = """
    WITH RECURSIVE below AS (
        SELECT id, 0 AS level FROM tasks_task WHERE id = %s
        UNION ALL
        SELECT task.id, level + 1 FROM tasks_task AS task JOIN below ON task.parent_id = below.id
        WHERE task.deleted_at IS NULL
    )
    SELECT id FROM below ORDER BY level, id LIMIT %s
"""
MOVED = ("project", "number", "position", "status", "category", "completed_at", "assignee")


class NotAnotherProject(Invalid):
    message = "Must be another project of the same workspace."


class TooManyMoved(Conflict):
    message = f"A task with more than {MOST_MOVED} sub-tasks cannot be moved to another project."


@transaction.atomic
def transfer_task(
    *, actor: Actor, task: Task, project: Project, version: int | None = None
) -> Task:
    """Move the task and all below it; the topmost stands below no other any more.

    A column and labels of the same name are kept, others are not; nor is an assignee who is no
    member of the project.
    """
    require(UPDATE_TASK, task, actor)
    if project.pk == task.project_id or project.workspace_id != task.workspace_id:
        raise NotAnotherProject(errors={"project_id": [NotAnotherProject.message]})
    source, target = _lock_projects(task, project)
    tasks = _lock_with_subtasks(task)
    first = tasks[0]
    first.project = source
    require(UPDATE_TASK, first, actor)
    require(CREATE_TASK, target, actor)
    first.check_version(version)
    former_parent, first.parent = first.parent_id, None
    for each in tasks:
        each.project = source
        _transfer(each, target, actor)
    if former_parent:
        update(first, "parent")
    return first


def _lock_projects(task: Task, project: Project) -> tuple[Project, Project]:
    """Both, locked shared in ascending order against deadlocks, and open."""
    locked = shared_projects([task.project_id, project.pk])
    for each in locked.values():
        check_open(each)
        lock_counter(each)  # so that no sub-task is added meanwhile
    return locked[task.project_id], locked[project.pk]


def _lock_with_subtasks(task: Task) -> list[Task]:
    with connection.cursor() as cursor:
        cursor.execute(BELOW, [task.pk, MOST_MOVED + 1])
        ids = [pk for (pk,) in cursor.fetchall()]
    if len(ids) > MOST_MOVED:
        raise TooManyMoved
    locked = {pk: Task.objects.locked(pk, alive=True) for pk in sorted(ids)}
    return [locked[pk] for pk in ids]


def _transfer(task: Task, target: Project, actor: Actor) -> None:
    source, column = task.project, task.status
    labels = _kept_labels(task, target)
    insert(FormerKey(workspace_id=task.workspace_id, task=task, project=source, number=task.number))
    former = f"{source.key}-{task.number}"
    set_labels(task, [])
    task.project = target
    task.number, task.position = next_number(target)
    task.set_status(_same_column(column, target))
    assignee, task.assignee = task.assignee, assignee_within(task, target)
    if (task.category in FINISHED) != (column.category in FINISHED):
        lock_blocked(task)
    task.save_changes(*MOVED)
    set_labels(task, labels)
    changes: Changes = {
        "key": {"old": former, "new": f"{target.key}-{task.number}"},
        "project": {"old": as_event_value(source), "new": as_event_value(target)},
    }
    publish(TaskTransferred(actor=actor, task=task, before=source, changes=changes))
    if column.key != task.status.key:
        _record(task, column, actor)
    if assignee and not task.assignee:
        lost: Changes = {"assignee": {"old": as_event_value(assignee), "new": None}}
        publish(TaskAssigned(actor=actor, task=task, before=assignee, changes=lost))


def _record(task: Task, column: Status, actor: Actor) -> None:
    record_status_changes([(task, column)], actor)
    changes: Changes = {"status": {"old": column.key, "new": task.status.key}}
    publish(TaskTransitioned(actor=actor, task=task, before=column, changes=changes))


def _same_column(column: Status, target: Project) -> Status:
    """The column of the project with the same key, else one of the category, else the default."""
    columns: list[Status] = columns_of.rows(project=target)
    alike = [each for each in columns if each.key == column.key]
    alike += [each for each in columns if each.category == column.category]
    return alike[0] if alike else default_column(target)


def _kept_labels(task: Task, target: Project) -> list[Label]:
    """The labels of the project that are called like those of the task."""
    names = {label.name.casefold() for label in labels_of_task(task)}
    return [label for label in labels_of.rows(project=target) if label.name.casefold() in names]
