"""Creating, changing and deleting tasks. The project is locked shared, then the task."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.actor import Actor
from core.errors import Invalid
from core.events import Changes, publish
from core.models import as_event_value
from core.queries import insert
from core.rights import require
from projects.models import Project, Status, role_in_project
from projects.rights import CREATE_TASK
from projects.services.locks import check_open
from projects.services.members import NotInProject
from tasks.events import (
    TaskAssigned,
    TaskCreated,
    TaskDeleted,
    TaskTransitioned,
    TaskUpdated,
)
from tasks.models import FINISHED, POSITION_STEP, StatusChange, Task
from tasks.rights import ASSIGN_TASK, DELETE_TASK, TRANSITION_TASK, UPDATE_TASK
from tasks.services.columns import check_transition, current_column, default_column
from tasks.services.locks import locked_task
from tasks.services.numbers import next_number

NO_MEMBER = "The assignee is not a member of the project."


class DueTimeNeedsDueDate(Invalid):
    message = "A due time needs a due date."


@transaction.atomic
def create_task(
    *,
    actor: Actor,
    project: Project,
    status: Status | None = None,
    assignee: User | None = None,
    **fields: Any,
) -> Task:
    """A task with the project's next number, in the default column unless one is given."""
    project = Project.objects.locked_shared(project.pk)
    check_open(project)
    require(CREATE_TASK, project, actor)
    _check_assignee(project, assignee)
    task = Task(
        workspace_id=project.workspace_id,
        project=project,
        created_by=actor.person,
        assignee=assignee,
        **fields,
    )
    _check_due(task)
    task.due_set_by = actor.user if task.due_date else None
    task.set_status(current_column(project, status) if status else default_column(project))
    # After all checks: from here on, others who create tasks in the project wait for the commit.
    task.number = next_number(project)
    task.position = task.number * POSITION_STEP
    insert(task)
    _record_status_change(task, actor, before=None)
    publish(TaskCreated(actor=actor, task=task))
    if assignee:
        changes: Changes = {"assignee": {"old": None, "new": as_event_value(assignee)}}
        publish(TaskAssigned(actor=actor, task=task, before=None, changes=changes))
    return task


@transaction.atomic
def update_task(
    *, actor: Actor, task: Task, changes: dict[str, Any], version: int | None = None
) -> Task:
    """Change the fields given, `status` and `assignee` included; the same values change nothing."""
    task = locked_task(UPDATE_TASK, task, actor, version=version)
    changes = _with_current_column(task, changes)
    if changes.get("status", task.status) != task.status:
        require(TRANSITION_TASK, task, actor)
    if changes.get("assignee", task.assignee) != task.assignee:
        require(ASSIGN_TASK, task, actor)
        _check_assignee(task.project, changes["assignee"])
    elif "assignee" in changes and _reopens(task, changes):
        _check_assignee(task.project, changes["assignee"])
    return _edit(task, changes, actor=actor)


@transaction.atomic
def transition_task(
    *, actor: Actor, task: Task, status: Status, version: int | None = None
) -> Task:
    """Move the task to a column its workflow allows; its own column changes nothing."""
    task = locked_task(TRANSITION_TASK, task, actor, version=version)
    return _edit(task, _with_current_column(task, {"status": status}), actor=actor)


@transaction.atomic
def delete_task(*, actor: Actor, task: Task, version: int | None = None) -> None:
    """Mark the task as deleted; its row and number stay."""
    task = locked_task(DELETE_TASK, task, actor, version=version)
    task.deleted_at = timezone.now()
    task.save_changes("deleted_at")
    publish(TaskDeleted(actor=actor, task=task))


@transaction.atomic
def delete_tasks(*, actor: Actor, tasks: Sequence[Task]) -> None:
    """Delete all of them or none, locked in the order of project and id against deadlocks."""
    for task in sorted(tasks, key=lambda task: (task.project_id, task.pk)):
        delete_task(actor=actor, task=task)


def _edit(task: Task, changes: dict[str, Any], *, actor: Actor) -> Task:
    """Apply changes, already permitted, to a locked task.

    A reopened task loses its assignee if they have left the project since it was complete.
    """
    if _reopens(task, changes) and "assignee" not in changes and not _is_assignee_member(task):
        changes = {**changes, "assignee": None}
    column = changes.get("status", task.status)
    fields = {name: value for name, value in changes.items() if name != "status"}
    if fields.get("due_date", task.due_date) is None:
        fields.setdefault("due_time", None)
    column_before, assignee_before = task.status, task.assignee
    changed = task.change(**fields)
    if {"due_date", "due_time"} & changed.keys():
        _check_due(task)
        task.due_set_by = actor.user if task.due_date else None
    if column != column_before:
        check_transition(task.project, column_before, column)
        task.set_status(column)
    if changed or column != column_before:
        _save(task, *changed)
        _publish_changes(actor, task, changed, column_before, assignee_before)
    return task


def _with_current_column(task: Task, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with the new column as it is under the lock of its project."""
    column = changes.get("status", task.status)
    if column == task.status:
        return changes
    return {**changes, "status": current_column(task.project, column)}


def _reopens(task: Task, changes: dict[str, Any]) -> bool:
    column = changes.get("status", task.status)
    return task.category in FINISHED and column.category not in FINISHED


def _is_assignee_member(task: Task) -> bool:
    assignee = task.assignee
    return assignee is None or bool(role_in_project.first(person=assignee, project=task.project_id))


def _check_assignee(project: Project, assignee: User | None) -> None:
    if assignee and not role_in_project.first(person=assignee, project=project.pk):
        raise NotInProject(NO_MEMBER, errors={"assignee_id": [NO_MEMBER]})


def _check_due(task: Task) -> None:
    if task.due_time and not task.due_date:
        raise DueTimeNeedsDueDate(errors={"due_time": [DueTimeNeedsDueDate.message]})


def _save(task: Task, *fields: str) -> None:
    task.save_changes(*fields, "status", "category", "completed_at", "due_set_by")


def _record_status_change(task: Task, actor: Actor, *, before: Status | None) -> None:
    insert(
        StatusChange(
            workspace_id=task.workspace_id,
            task=task,
            actor=actor.user,
            source=before.key if before else "",
            target=task.status.key,
        )
    )


def _publish_changes(
    actor: Actor, task: Task, changed: Changes, column: Status, assignee: User | None
) -> None:
    """Publish one event each for the edited fields, the column and the assignee."""
    assignment = {k: v for k, v in changed.items() if k == "assignee"}
    fields = {k: v for k, v in changed.items() if k != "assignee"}
    if fields:
        publish(TaskUpdated(actor=actor, task=task, changes=fields))
    if task.status_id != column.pk:
        _record_status_change(task, actor, before=column)
        step: Changes = {"status": {"old": column.key, "new": task.status.key}}
        publish(TaskTransitioned(actor=actor, task=task, before=column, changes=step))
    if assignment:
        publish(TaskAssigned(actor=actor, task=task, before=assignee, changes=assignment))
