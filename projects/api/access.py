"""Who may read a project, and which of their roles permits it."""

from typing import Any

from django.db.models import F, OuterRef, Subquery
from rest_framework import serializers

from accounts.api.documents import Person
from core.documents.columns import Column
from core.documents.fields import Computed, Derived, Document
from core.queries import Param
from core.rights import Standing
from projects.models import Project, ProjectMembership, Visibility
from projects.rights import READ_PROJECT, ProjectRole
from workspaces.models import Membership
from workspaces.rights import WorkspaceRole


def reasons(workspace_role: str, project_role: str | None, visibility: str) -> list[str]:
    """Those of `workspace_role` and `project_role` that alone permit reading the project."""
    is_private = visibility == Visibility.PRIVATE
    alone = {
        "workspace_role": Standing(
            workspace_role=WorkspaceRole.held(workspace_role), is_private=is_private
        ),
        "project_role": Standing(project_role=ProjectRole.held(project_role)),
    }
    return [role for role, standing in alone.items() if standing.covers(READ_PROJECT)]


def _place(path: str) -> list[Column]:
    asked = Project.objects.filter(pk=Param("project"))
    return [F(f"{path}role"), _project_role(path), Subquery(asked.values("visibility"))]


def _project_role(path: str) -> Subquery:
    theirs = ProjectMembership.objects.filter(
        project=Param("project"), user=OuterRef(f"{path}user_id")
    )
    return Subquery(theirs.values("role"))


class ProjectAccess(Document):
    """A person who may read the project; each role in `because` alone permits it."""

    user = Person()
    workspace_role = serializers.ChoiceField(WorkspaceRole.choices, source="role")
    project_role = Computed(_project_role, allow_null=True)
    because = Derived(reasons, _place, {"type": "array", "items": {"type": "string"}})

    class Meta:
        model: Any = Membership
