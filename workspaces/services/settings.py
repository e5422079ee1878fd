"""The settings people can change; other keys of `Workspace.settings` are internal."""

from typing import Any

from django.db import transaction

from core.actor import Actor
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
"""The settings that can be changed, with their defaults."""


@transaction.atomic
def change_settings(
    *, actor: Actor, workspace: Workspace, changes: dict[str, Any], version: int | None = None
) -> Workspace:
    """Set the keys given; None restores the default of a key; the others stay."""
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    require(UPDATE_WORKSPACE, workspace, actor)
    workspace.check_version(version)
    merged = workspace.settings | changes
    kept = {name: value for name, value in merged.items() if value is not None}
    if kept != workspace.settings:
        differences = _differences(workspace.settings, kept)
        workspace.settings = kept
        workspace.save_changes("settings")
        publish(WorkspaceUpdated(actor=actor, workspace=workspace, changes=differences))
    return workspace


def role_of_new_member(workspace: Workspace) -> str:
    """The role of people who are added or invited without a role."""
    return str(workspace.settings.get("default_role", DEFAULTS["default_role"]))


def _differences(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    return {
        f"settings.{name}": {"old": before.get(name), "new": after.get(name)}
        for name in before.keys() | after.keys()
        if before.get(name) != after.get(name)
    }
