"""How services take hold of a task: project first, then the task, then the question of rights."""

from core.actor import Actor
from core.rights import Right, require
from projects.models import Project
from projects.services.locks import check_open
from tasks.models import Task


def locked_task(right: Right, task: Task, actor: Actor, *, version: int | None = None) -> Task:
    """The living task under lock, with the actor's right and the version read asked there."""
    held = lock_task(task)
    require(right, held, actor)
    held.check_version(version)
    return held


def lock_task(task: Task, *, deleted: bool = False) -> Task:
    """The task re-read under lock, its project shared before it and still open.

    A task that is gone is not found, unless `deleted` ones are wanted as well.
    """
    project = _open_project(task)
    tasks = Task.objects.all() if deleted else Task.objects.alive()
    held: Task = tasks.locked(task.pk)
    held.project = project
    return held


def shared_task(task: Task) -> Task:
    """The living task under a shared lock, like its open project: for what is added to it."""
    project = _open_project(task)
    held: Task = Task.objects.alive().locked_shared(task.pk)
    held.project = project
    return held


def _open_project(task: Task) -> Project:
    """Its project, which stays open, with the members it has, until the transaction ends."""
    project: Project = Project.objects.locked_shared(task.project_id)
    check_open(project)
    return project
