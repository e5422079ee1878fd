"""Undoing what was done to workspaces; not who belongs to them."""

from activity.services.undo.changes import Undo
from workspaces.models import Workspace
from workspaces.rights import DELETE_WORKSPACE, UPDATE_WORKSPACE
from workspaces.services.deletion import delete_workspace, restore_workspace
from workspaces.services.settings import change_settings
from workspaces.services.workspaces import update_workspace

SETTING = "settings."
"""What the names of settings begin with in events, whose changes have no other fields."""


def put_back_fields(undo: Undo) -> None:
    workspace: Workspace = undo.row(Workspace, UPDATE_WORKSPACE)
    version = undo.unchanged()
    if all(name.startswith(SETTING) for name in undo.names):
        settings = {name.removeprefix(SETTING): undo.old(name) for name in undo.names}
        change_settings(actor=undo.actor, workspace=workspace, changes=settings, version=version)
        return
    changes = undo.former(workspace)
    update_workspace(actor=undo.actor, workspace=workspace, changes=changes, version=version)


def delete(undo: Undo) -> None:
    delete_workspace(actor=undo.actor, workspace=undo.row(Workspace, DELETE_WORKSPACE))


def restore(undo: Undo) -> None:
    restore_workspace(actor=undo.actor, workspace=undo.row(Workspace, DELETE_WORKSPACE))
