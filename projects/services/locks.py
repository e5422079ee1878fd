"""How services take hold of a project: lock, then ask again what may have changed meanwhile."""

from typing import Any

from django.utils import timezone

from accounts.models import User
from core.errors import Conflict, NotFound
from core.models import RESTORE_WINDOW
from core.rights import Right, require
from projects.models import Project


class Archived(Conflict):
    message = "The project is archived."


def locked_project(
    right: Right, project: Project, actor: User | None, *, version: int | None = None
) -> Project:
    """The living project under lock, with the actor's right and the version read asked there."""
    held: Project = Project.objects.alive().locked(project.pk)
    require(right, held, actor)
    held.check_version(version)
    return held


def check_restorable(row: Any) -> None:
    """Refuse to bring back a locked row that was deleted too long ago."""
    if row.purged_at is not None or row.deleted_at <= timezone.now() - RESTORE_WINDOW:
        raise NotFound


def check_open(project: Project) -> None:
    """Refuse work inside a locked project that is archived or gone."""
    if project.deleted_at is not None:
        raise NotFound
    if project.archived_at is not None:
        raise Archived
