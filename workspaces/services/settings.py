"""What a workspace can be set to; everything else in `Workspace.settings` is our own business."""

from typing import Any

from django.db import transaction

from accounts.models import User
from core.events import Changes, publish
from core.rights import require
from workspaces.events import WorkspaceUpdated
from workspaces.models import Workspace
from workspaces.rights import UPDATE_WORKSPACE, WorkspaceRole

DEFAULTS = {
    "default_role": WorkspaceRole.MEMBER.value,
    "time_zone": "UTC",
    "week_starts_on": "MONDAY",
}
"""What may be set, and what holds where nothing is."""


@transaction.atomic
def change_settings(
    *, actor: User, workspace: Workspace, changes: dict[str, Any], version: int | None = None
) -> Workspace:
    """Merge: what is named is set, null brings the default back, the rest stays."""
    workspace = Workspace.objects.alive().locked(workspace.pk)
    require(UPDATE_WORKSPACE, workspace, actor)
    workspace.check_version(version)
    merged = workspace.settings | changes
    kept = {name: value for name, value in merged.items() if value is not None}
    if kept != workspace.settings:
        told = _told(workspace.settings, kept)
        workspace.settings = kept
        workspace.save_changes("settings")
        publish(WorkspaceUpdated(actor=actor, workspace=workspace, changes=told))
    return workspace


def role_for_newcomers(workspace: Workspace) -> str:
    """The role of whoever is taken in without one being named."""
    return str(workspace.settings.get("default_role", DEFAULTS["default_role"]))


def _told(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    return {
        f"settings.{name}": {"old": before.get(name), "new": after.get(name)}
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }
