"""How services take hold of a task: project first, then the task, then the question of rights."""

from accounts.models import User
from core.rights import Right, require
from projects.models import Project
from projects.services.locks import check_open
from tasks.models import Task


def locked_task(right: Right, task: Task, actor: User, *, version: int | None = None) -> Task:
    """The living task under lock, with the actor's right and the version read asked there."""
    held = held_still(task)
    require(right, held, actor)
    held.check_version(version)
    return held


def held_still(task: Task, *, deleted: bool = False) -> Task:
    """The task re-read under lock, its project locked before it and still open.

    A task that is gone is not found, unless `deleted` ones are wanted as well.
    """
    project = Project.objects.locked(task.project_id)
    check_open(project)
    tasks = Task.objects.all() if deleted else Task.objects.alive()
    held: Task = tasks.locked(task.pk)
    held.project = project
    return held
