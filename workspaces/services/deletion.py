"""How a workspace is deleted, and how it comes back."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.errors import NotFound
from core.events import publish
from core.models import RESTORE_WINDOW
from core.rights import require
from workspaces.events import WorkspaceDeleted, WorkspaceRestored
from workspaces.models import Workspace
from workspaces.rights import DELETE_WORKSPACE


@transaction.atomic
def delete_workspace(*, actor: User, workspace: Workspace, version: int | None = None) -> None:
    """Take the workspace and all that is in it out of sight; the rows stay for a restore."""
    workspace = Workspace.objects.alive().locked(workspace.pk)
    require(DELETE_WORKSPACE, workspace, actor)
    workspace.check_version(version)
    workspace.deleted_at = timezone.now()
    workspace.save_changes("deleted_at")
    publish(WorkspaceDeleted(actor=actor, workspace=workspace))


@transaction.atomic
def restore_workspace(
    *, actor: User, workspace: Workspace, version: int | None = None
) -> Workspace:
    """Bring back what was deleted lately, as it was; what is there stays as it is."""
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
