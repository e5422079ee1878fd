"""Creating, changing and deleting tasks. The project is locked shared, then the task."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.actor import Actor
from core.events import Changes, publish
from core.markdown import html_fields, render
from core.models import as_event_value
from core.queries import insert
from core.rights import require
from projects.models import Project, Status
from projects.rights import CREATE_TASK
from projects.services.locks import check_open
from tasks.events import TaskAssigned, TaskCreated, TaskDeleted
from tasks.models import Label, Task
from tasks.rights import DELETE_TASK, TRANSITION_TASK, UPDATE_TASK
from tasks.services.columns import current_column, default_column
from tasks.services.edits import (
    check_assignee,
    check_dates,
    edit,
    permitted_changes,
    record_status_changes,
    with_current_column,
)
from tasks.services.labels import set_labels
from tasks.services.locks import lock_blocked, locked_task, shared_projects
from tasks.services.mentions import mention_people
from tasks.services.numbers import lock_counter, next_number
from tasks.services.subtasks import check_parent, give_subtasks_to_parent


@transaction.atomic
def create_task(
    *,
    actor: Actor,
    project: Project,
    status: Status | None = None,
    assignee: User | None = None,
    labels: Sequence[Label] = (),
    **fields: Any,
) -> Task:
    """A task with the project's next number, in the default column unless one is given."""
    project = Project.objects.locked_shared(project.pk)
    check_open(project)
    require(CREATE_TASK, project, actor)
    check_assignee(project, assignee)
    place = {"workspace_id": project.workspace_id, "project": project}
    task = Task(**place, created_by=actor.person, assignee=assignee, **fields)
    text = render(task.description)
    task.change(**html_fields("description", text.html))
    check_dates(task)
    # Given with a copied due time, which stays on the clock it was set by.
    task.due_set_by = (task.due_set_by or actor.user) if task.due_date else None
    task.set_status(current_column(project, status) if status else default_column(project))
    # After all checks: from here on, others who create tasks in the project wait for the commit.
    task.number, task.position = next_number(project)
    if task.parent:
        check_parent(task, task.parent)
    insert(task)
    record_status_changes([(task, None)], actor)
    changes: Changes = set_labels(task, labels) if labels else {}
    mentioned = mention_people(actor=actor, task=task, text=text)
    publish(TaskCreated(actor=actor, task=task, mentioned=mentioned, changes=changes))
    if assignee:
        changes = {"assignee": {"old": None, "new": as_event_value(assignee)}}
        publish(TaskAssigned(actor=actor, task=task, before=None, changes=changes))
    return task


@transaction.atomic
def update_task(
    *, actor: Actor, task: Task, changes: dict[str, Any], version: int | None = None
) -> Task:
    """Change the fields given, `status` and `assignee` included; the same values change nothing."""
    # A task that repeats may be followed by another one.
    counter = bool({"parent", "repeat_every"} & changes.keys()) or task.repeat_every is not None
    task = locked_task(UPDATE_TASK, task, actor, version=version, counter=counter)
    return edit(task, permitted_changes(task, changes, actor=actor), actor=actor)


@transaction.atomic
def transition_task(
    *, actor: Actor, task: Task, status: Status, version: int | None = None
) -> Task:
    """Move the task to a column its workflow allows; its own column changes nothing."""
    counter = task.repeat_every is not None
    task = locked_task(TRANSITION_TASK, task, actor, version=version, counter=counter)
    return edit(task, with_current_column(task, {"status": status}), actor=actor)


@transaction.atomic
def delete_task(*, actor: Actor, task: Task, version: int | None = None) -> None:
    """Mark the task as deleted; its row and number stay, its sub-tasks go to its parent."""
    task = locked_task(DELETE_TASK, task, actor, version=version, counter=True)
    lock_blocked(task)
    task.deleted_at = timezone.now()
    task.save_changes("deleted_at")
    give_subtasks_to_parent(task, actor)
    publish(TaskDeleted(actor=actor, task=task))


@transaction.atomic
def delete_tasks(*, actor: Actor, tasks: Sequence[Task]) -> None:
    """Delete all of them or none, locked in the order of project and id against deadlocks."""
    for project in shared_projects(task.project_id for task in tasks).values():
        lock_counter(project)
    for task in sorted(tasks, key=lambda task: (task.project_id, task.pk)):
        delete_task(actor=actor, task=task)
