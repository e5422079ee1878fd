"""The standing of the person asking in a workspace, from which documents show their abilities."""

from django.db.models import OuterRef, Subquery

from core.documents.computed import Fact
from core.queries import Param
from core.rights import Standing
from workspaces.models import Membership
from workspaces.rights import WorkspaceRole


def in_workspace(path: str) -> list[Fact]:
    """The SQL facts from which `workspace_standing` is made; `path` leads to the workspace."""
    theirs = Membership.objects.filter(workspace=OuterRef(f"{path}pk"), user=Param("actor"))
    return [Subquery(theirs.values("role"))]


def workspace_standing(role: str) -> tuple[Standing, bool]:
    """The standing of that role, and that the row is never the person's own."""
    return Standing(workspace_role=WorkspaceRole.held(role)), False
