"""Deleting and restoring workspaces."""

from django.db import transaction
from django.utils import timezone

from core.actor import Actor
from core.errors import NotFound
from core.events import publish
from core.models import RESTORE_WINDOW
from core.rights import require
from workspaces.events import WorkspaceDeleted, WorkspaceRestored
from workspaces.models import Workspace
from workspaces.rights import DELETE_WORKSPACE


@transaction.atomic
def delete_workspace(*, actor: Actor, workspace: Workspace, version: int | None = None) -> None:
    """Mark the workspace as deleted, with its projects; the rows stay so it can be restored."""
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    require(DELETE_WORKSPACE, workspace, actor)
    workspace.check_version(version)
    workspace.deleted_at = timezone.now()
    workspace.save_changes("deleted_at")
    publish(WorkspaceDeleted(actor=actor, workspace=workspace))


@transaction.atomic
def restore_workspace(
    *, actor: Actor, workspace: Workspace, version: int | None = None
) -> Workspace:
    """Restore a workspace deleted within RESTORE_WINDOW, else NotFound; one not deleted stays."""
    workspace = Workspace.objects.locked(workspace.pk)
    require(DELETE_WORKSPACE, workspace, actor)
    workspace.check_version(version)
    since = workspace.deleted_at
    if since is None:
        return workspace
    if workspace.external_org_id or since <= timezone.now() - RESTORE_WINDOW:
        raise NotFound
    workspace.deleted_at = None
    workspace.save_changes("deleted_at")
    publish(WorkspaceRestored(actor=actor, workspace=workspace, since=since))
    return workspace
