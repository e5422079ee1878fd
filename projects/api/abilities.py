"""The standing of the person asking in a project, from which documents show their abilities."""

from collections.abc import Callable
from typing import Any

from django.db.models import BooleanField, Expression, ExpressionWrapper, F, Q

from core.documents.computed import Fact
from core.documents.expressions import Held
from core.queries import Param
from core.rights import Standing
from projects.models import ProjectMembership, Visibility
from projects.rights import ProjectRole
from workspaces.models import Membership
from workspaces.rights import WorkspaceRole

Where = Callable[[str], list[Fact]]


def in_project(project: str = "", own: tuple[str, ...] = ()) -> Where:
    """The SQL facts from which `project_standing` is made; `project` is the path to the project.

    `own` names the foreign keys to the people whose own the row is. All roles of the person are
    read once per query, because a list may show a thousand rows.
    """

    def facts(path: str) -> list[Fact]:
        here = f"{path}{project}"
        asking: Any = Param("actor")
        in_workspaces = Membership.objects.of(asking)
        in_projects = ProjectMembership.objects.of(asking)
        return [
            Held(in_workspaces, "workspace_id", "role", f"{here}workspace_id"),
            Held(in_projects, "project_id", "role", f"{here}id"),
            _boolean(Q(**{f"{here}team_lead__isnull": False})),
            F(f"{here}visibility"),
            *([_boolean(_any_of(path, own))] if own else []),
        ]

    return facts


def project_standing(
    workspace_role: str, project_role: str, is_led: str, visibility: str, is_own: str = ""
) -> tuple[Standing, bool]:
    """The standing, and whether the row is the person's own; the facts arrive as SQL texts."""
    standing = Standing(
        workspace_role=WorkspaceRole.held(workspace_role),
        project_role=ProjectRole.held(project_role),
        is_led=is_led == "t",
        is_private=visibility == Visibility.PRIVATE,
    )
    return standing, is_own == "t"


def _any_of(path: str, people: tuple[str, ...]) -> Q:
    found = Q()
    for person in people:
        found |= Q(**{f"{path}{person}": Param("actor")})
    return found


def _boolean(condition: Q) -> Expression:
    return ExpressionWrapper(condition, BooleanField())
