"""The dashboards of a project and of a workspace."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.negotiation import FirstIfAcceptable
from core.api.permissions import Can
from core.api.renderers import EnvelopeRenderer
from core.api.viewsets import ServiceViewSet
from core.days import today_in
from core.queries import compiled
from dashboards.api import documents
from dashboards.api.pictures import SVG, Drawing, Picture
from dashboards.services.charts import Chart, draw
from dashboards.services.numbers import numbers_of
from projects.models import Project
from projects.rights import READ_PROJECT
from tasks.api.cards import PersonOnBoard
from workspaces.models import Workspace
from workspaces.rights import READ_WORKSPACE

PICTURE: Any = {(200, SVG): OpenApiTypes.STR}


class _Numbers(ServiceViewSet):
    """What the views below share."""

    document = PersonOnBoard

    def numbers(self, projects: Sequence[UUID], weeks: int) -> dict[str, Any]:
        today = today_in(self.actor.person.time_zone)
        return numbers_of(projects, today=today, weeks=weeks)


class ProjectDashboard(_Numbers):
    """The dashboard of a project."""

    outputs: ClassVar = {"numbers_of_project": documents.Dashboard}
    queries: ClassVar = {"numbers_of_project": documents.Weeks}
    action_permissions: ClassVar = {"numbers_of_project": Can(READ_PROJECT)}

    @extend_schema(responses={200: documents.Dashboard})
    def numbers_of_project(self, request: Request, pk: str) -> Response:
        """How many tasks a project has, of which kinds, and how they went week by week."""
        weeks = self.read_query()["weeks"]
        return Response(self.numbers([self.find(Project, pk).pk], weeks))


class WorkspaceDashboard(_Numbers):
    """The dashboard of a workspace."""

    outputs: ClassVar = {"stats": documents.Dashboard}
    queries: ClassVar = {"stats": documents.OfWorkspace}
    action_permissions: ClassVar = {"stats": Can(READ_WORKSPACE)}

    @extend_schema(responses={200: documents.Dashboard})
    def stats(self, request: Request) -> Response:
        """The same of all projects of a workspace that one may read, summed."""
        asked = self.read_query()
        workspace = self.find(Workspace, asked["workspace"])
        projects = project_ids.rows(actor=self.actor, workspace=workspace.pk)
        return Response(self.numbers(projects, asked["weeks"]))


class _Charts(_Numbers):
    """Pictures are no JSON, so they have no envelope."""

    without_envelope = True
    renderer_classes = [EnvelopeRenderer, Drawing]
    content_negotiation_class = FirstIfAcceptable


class ProjectCharts(_Charts):
    """Charts of a project."""

    queries: ClassVar = {"chart": documents.Kind}
    action_permissions: ClassVar = {"chart": Can(READ_PROJECT)}

    @extend_schema(responses=PICTURE)
    def chart(self, request: Request, pk: str) -> Response:
        """A chart of the weeks of a project."""
        asked, project = self.read_query(), self.find(Project, pk)
        weeks = self.numbers([project.pk], asked["weeks"])["weeks"]
        return Picture(draw(Chart(asked["kind"]), weeks, name=project.name))


class WorkspaceCharts(_Charts):
    """Charts of a workspace."""

    queries: ClassVar = {"chart": documents.KindOfWorkspace}
    action_permissions: ClassVar = {"chart": Can(READ_WORKSPACE)}

    @extend_schema(responses=PICTURE)
    def chart(self, request: Request) -> Response:
        """A chart of the weeks of all projects of a workspace that one may read."""
        asked = self.read_query()
        workspace = self.find(Workspace, asked["workspace"])
        projects = project_ids.rows(actor=self.actor, workspace=workspace.pk)
        weeks = self.numbers(projects, asked["weeks"])["weeks"]
        return Picture(draw(Chart(asked["kind"]), weeks, name=workspace.name))


@compiled
def project_ids(actor: Any, workspace: Any) -> QuerySet[Any]:
    """The projects of a workspace that the actor may read."""
    rows = Project.objects.reachable_by(actor).filter(workspace=workspace)
    return rows.values_list("pk", flat=True)
