"""Restoring tasks, and removing deleted people from due times."""

from django.db import transaction

from accounts.models import User
from core.actor import Actor
from core.context import as_system
from core.events import publish
from core.rights import require
from projects.services.locks import check_restorable
from tasks.events import DueTimesReleased, TaskRestored
from tasks.models import Task
from tasks.rights import DELETE_TASK
from tasks.services.locks import lock_blocked, lock_task
from tasks.services.subtasks import parent_if_possible


@as_system("due times of somebody who is gone, in all workspaces")
def release_due_times(*, actor: Actor, person: User) -> None:
    """Clear `due_set_by`: the due times stay, but the person's time zone is erased."""
    timed = Task.objects.filter(due_set_by=person, due_time__isnull=False).defer(
        "description", "description_html"
    )
    tasks = list(timed.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    for task in tasks:
        task.due_set_by = None
    Task.objects.filter(pk__any_of=[task.pk for task in tasks]).update(due_set_by=None)
    if tasks:
        publish(DueTimesReleased(actor=actor, tasks=tasks))


@transaction.atomic
def restore_task(*, actor: Actor, task: Task, version: int | None = None) -> Task:
    """Restore a task deleted within RESTORE_WINDOW, else NotFound; one not deleted stays."""
    task = lock_task(task, deleted=True, counter=task.parent_id is not None)
    require(DELETE_TASK, task, actor)
    task.check_version(version)
    if task.deleted_at is None:
        return task
    check_restorable(task)
    lock_blocked(task)
    task.deleted_at = None
    # Without its parent, if that is deleted or has come to stand too deep meanwhile.
    changes = task.change(parent=parent_if_possible(task))
    task.save_changes("deleted_at", "parent")
    publish(TaskRestored(actor=actor, task=task, changes=changes))
    return task
