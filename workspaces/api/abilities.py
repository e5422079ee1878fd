"""The standing of the person asking in a workspace, from which documents show their abilities."""

from typing import Any

from django.db.models import QuerySet

from core.documents.columns import Column
from core.documents.expressions import Held
from core.documents.states import lists_depend_on
from core.queries import Param
from core.rights import Standing
from workspaces.models import Membership
from workspaces.rights import READ_ADDRESSES, WorkspaceRole

READERS = READ_ADDRESSES.roles(WorkspaceRole)
ASKING: Any = Param("actor")
ROLES = Membership.objects.of(ASKING)
"""The roles of the person asking; one object, so that documents select it once."""


def workspace_role_at(path: str, column: str = "workspace_id") -> Column:
    """The role that the person asking has in the workspace of the row at this path.

    All their roles are read once per query, because a list may show a thousand rows.
    """
    return Held(ROLES, "workspace_id", "role", f"{path}{column}")


def in_workspace(path: str) -> list[Column]:
    """The SQL facts from which `workspace_standing` is made; `path` leads to the workspace."""
    return [workspace_role_at(path, "id")]


def workspace_standing(role: str | None) -> tuple[Standing, bool]:
    """The standing of that role, and that the row is never the person's own."""
    return Standing(workspace_role=WorkspaceRole.held(role)), False


def may_read_addresses(role: str | None) -> bool:
    """Whether that role may read the addresses of the people in its workspace."""
    return role in READERS


def role_in(asking: Any, workspace: Any) -> QuerySet[Membership, Any]:
    return Membership.objects.of(asking).filter(workspace=workspace).values_list("role")


lists_depend_on("role", role_in)
