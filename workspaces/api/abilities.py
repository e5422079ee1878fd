"""Where the person asking stands in a workspace, as documents need it for their abilities."""

from django.db.models import OuterRef, Subquery

from core.documents.compiled import Slot
from core.documents.computed import Fact
from core.rights import Standing
from workspaces.models import Membership
from workspaces.rights import WorkspaceRole


def in_workspace(path: str) -> list[Fact]:
    """The facts of a standing in the workspace at the path."""
    theirs = Membership.objects.filter(workspace=OuterRef(f"{path}pk"), user=Slot("actor"))
    return [Subquery(theirs.values("role"))]


def workspace_standing(role: str) -> tuple[Standing, bool]:
    return Standing(workspace_role=WorkspaceRole.held(role)), False
