"""How deleted tasks are brought back."""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from core.events import publish
from projects.locks import check_restorable
from projects.models import Project
from tasks.events import TaskRestored
from tasks.locks import held_still
from tasks.models import Task
from workspaces.rights import require


@transaction.atomic
def restore_task(*, actor: User, task: Task, version: int | None = None) -> Task:
    """Bring back what was deleted lately, as it was; what is there stays as it is."""
    task = held_still(task, deleted=True)
    require("task:delete", task, actor)
    task.check_version(version)
    if task.deleted_at is None:
        return task
    check_restorable(task)
    task.deleted_at = None
    task.save_changes("deleted_at")
    publish(TaskRestored(actor=actor, task=task))
    return task


def delete_tasks_of(*, project: Project) -> None:
    """Have the tasks of a purged project, whose lock the caller holds, purged in their turn."""
    tasks = Task.objects.alive().filter(project=project)
    tasks.update(deleted_at=project.deleted_at, version=F("version") + 1, updated_at=Now())
