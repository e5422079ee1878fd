"""Locking a task: first its project shared, then the task; then the right is checked."""

from core.actor import Actor
from core.rights import Right, require
from projects.models import Project
from projects.services.locks import check_open
from tasks.models import Task


def locked_task(right: Right, task: Task, actor: Actor, *, version: int | None = None) -> Task:
    """Lock the task; refuse if deleted, the right is lacking or the version has changed."""
    locked = lock_task(task)
    require(right, locked, actor)
    locked.check_version(version)
    return locked


def lock_task(task: Task, *, deleted: bool = False) -> Task:
    """Lock the task, after its project shared, which must be open, and return it as it is now.

    NotFound if the task is deleted, unless `deleted` is True.
    """
    project = _open_project(task)
    locked: Task = Task.objects.locked(task.pk, alive=not deleted)
    locked.project = project
    return locked


def shared_task(task: Task) -> Task:
    """Lock the task and its open project shared, for rows that are added to the task."""
    project = _open_project(task)
    locked: Task = Task.objects.locked_shared(task.pk, alive=True)
    locked.project = project
    return locked


def _open_project(task: Task) -> Project:
    """Lock its project shared: it stays open and keeps its members until the transaction ends."""
    project: Project = Project.objects.locked_shared(task.project_id)
    check_open(project)
    return project
