"""The standing of the person asking in a project, from which documents show their abilities."""

from collections.abc import Callable
from typing import Any

from django.db.models import (
    BooleanField,
    Expression,
    ExpressionWrapper,
    F,
    Func,
    Q,
    QuerySet,
    TextField,
)
from django.db.models.functions import Cast

from core.documents.columns import Column
from core.documents.expressions import Held
from core.documents.states import lists_depend_on
from core.rights import Standing
from projects.models import ProjectMembership, Visibility
from projects.rights import ProjectRole
from workspaces.api.abilities import ASKING, workspace_role_at
from workspaces.rights import WorkspaceRole

Facts = Callable[[str], list[Column]]
ROLES = ProjectMembership.objects.of(ASKING)
"""Those of the person asking; one object, so that documents select it once."""


def in_project(project: str = "", own: tuple[str, ...] = ()) -> Facts:
    """The SQL facts from which `project_standing` is made; `project` is the path to the project.

    `own` names the foreign keys to the people whose own the row is.
    """

    def facts(path: str) -> list[Column]:
        here = f"{path}{project}"
        return [
            workspace_role_at(path),
            Held(ROLES, "project_id", "role", f"{here}id"),
            F(f"{here}team_lead"),
            F(f"{here}visibility"),
            *([_boolean(_any_of(path, own))] if own else []),
        ]

    return facts


def project_standing(
    workspace_role: str | None,
    project_role: str | None,
    lead_id: str | None,
    visibility: str,
    *own: bool,
) -> tuple[Standing, bool]:
    """The standing, and whether the row is the person's own."""
    standing = Standing(
        workspace_role=WorkspaceRole.held(workspace_role),
        project_role=ProjectRole.held(project_role),
        is_led=lead_id is not None,
        is_private=visibility == Visibility.PRIVATE,
    )
    return standing, any(own)


def _any_of(path: str, people: tuple[str, ...]) -> Q:
    found = Q()
    for person in people:
        found |= Q(**{f"{path}{person}": ASKING})
    return found


def _boolean(condition: Q) -> Expression:
    return ExpressionWrapper(condition, BooleanField())


def roles_in(asking: Any, workspace: Any) -> QuerySet[Any]:
    """The roles in all projects of a workspace, as one text."""
    theirs: Any = ProjectMembership.objects.of(asking).filter(workspace=workspace).order_by()
    pairs = Func(F("project_id"), F("role"), function="jsonb_object_agg", output_field=TextField())
    roles: QuerySet[Any] = theirs.annotate(roles=Cast(pairs, TextField())).values_list("roles")
    return roles


lists_depend_on("roles in projects", roles_in)
