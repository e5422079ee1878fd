"""Locking a project, then checking again what may have changed before the lock."""

from typing import Any

from django.utils import timezone

from core.actor import Actor
from core.errors import Conflict, NotFound
from core.models import RESTORE_WINDOW
from core.rights import Right, require
from projects.models import Project
from projects.rights import MANAGE_WORKFLOW


class Archived(Conflict):
    message = "The project is archived."


def locked_project(
    right: Right, project: Project, actor: Actor, *, version: int | None = None
) -> Project:
    """Lock the project; refuse if deleted, the right is lacking or the version has changed."""
    locked: Project = Project.objects.locked(project.pk, alive=True)
    require(right, locked, actor)
    locked.check_version(version)
    return locked


def locked_for_workflow(project: Project, actor: Actor) -> Project:
    """Lock the project, which must be open, to change its columns or the moves between them."""
    locked = locked_project(MANAGE_WORKFLOW, project, actor)
    check_open(locked)
    return locked


def check_restorable(row: Any) -> None:
    """NotFound if the locked row was deleted before RESTORE_WINDOW, or is purged."""
    if row.purged_at is not None or row.deleted_at <= timezone.now() - RESTORE_WINDOW:
        raise NotFound


def check_open(project: Project) -> None:
    """Refuse changes inside a locked project that is archived or deleted."""
    if project.deleted_at is not None:
        raise NotFound
    if project.archived_at is not None:
        raise Archived
