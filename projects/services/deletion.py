"""Archiving, deleting and restoring projects."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core.actor import Actor
from core.events import publish
from core.rights import require
from projects.events import (
    ProjectArchived,
    ProjectDeleted,
    ProjectDeletionChanges,
    ProjectRestored,
    ProjectUnarchived,
)
from projects.models import Project
from projects.rights import ARCHIVE_PROJECT, DELETE_PROJECT
from projects.services.locks import check_restorable, locked_project
from workspaces.models import Workspace


@transaction.atomic
def archive_project(*, actor: Actor, project: Project, version: int | None = None) -> Project:
    """Archive the project; doing it twice changes nothing."""
    project = locked_project(ARCHIVE_PROJECT, project, actor, version=version)
    if project.archived_at is None:
        project.archived_at = timezone.now()
        project.save_changes("archived_at")
        publish(ProjectArchived(actor=actor, project=project))
    return project


@transaction.atomic
def unarchive_project(*, actor: Actor, project: Project, version: int | None = None) -> Project:
    """Make an archived project editable again."""
    project = locked_project(ARCHIVE_PROJECT, project, actor, version=version)
    if project.archived_at is not None:
        project.archived_at = None
        project.save_changes("archived_at")
        publish(ProjectUnarchived(actor=actor, project=project))
    return project


@transaction.atomic
def delete_project(*, actor: Actor, project: Project, version: int | None = None) -> None:
    """Mark the project as deleted; it and its tasks stay, so that they can be restored."""
    _delete(locked_project(DELETE_PROJECT, project, actor, version=version), actor=actor)


@transaction.atomic
def restore_project(*, actor: Actor, project: Project, version: int | None = None) -> Project:
    """Restore a project deleted within RESTORE_WINDOW, else NotFound; one not deleted stays."""
    project = Project.objects.locked(project.pk)
    require(DELETE_PROJECT, project, actor)
    project.check_version(version)
    if project.deleted_at is None:
        return project
    check_restorable(project)
    _restore(project, actor=actor)
    return project


@transaction.atomic
def delete_projects_of(*, actor: Actor, workspace: Workspace) -> None:
    """Delete all projects of a workspace that is being deleted."""
    for pk in Project.objects.alive().filter(workspace=workspace).order_by("pk").values("pk"):
        _delete(Project.objects.locked(pk["pk"], alive=True), actor=actor)


@transaction.atomic
def restore_projects_of(*, actor: Actor, workspace: Workspace, since: datetime) -> None:
    """Restore the projects deleted with the workspace, at `since` or later, not those before.

    The caller has locked the workspace.
    """
    gone = Project.objects.filter(workspace=workspace, deleted_at__gte=since, purged_at=None)
    for project in gone.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        _restore(project, actor=actor)


def _restore(project: Project, *, actor: Actor) -> None:
    publish(ProjectDeletionChanges(actor=actor, project=project))
    project.deleted_at = None
    project.save_changes("deleted_at")
    publish(ProjectRestored(actor=actor, project=project))


def _delete(project: Project, *, actor: Actor) -> None:
    publish(ProjectDeletionChanges(actor=actor, project=project))
    project.deleted_at = timezone.now()
    project.save_changes("deleted_at")
    publish(ProjectDeleted(actor=actor, project=project))
