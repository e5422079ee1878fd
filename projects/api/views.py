"""Projects over HTTP; their members are in `members.py`."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.abilities import Asked, Verdict, verdict
from core.api.filters import RestorableWanted
from core.api.permissions import Can, IsSignedIn
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.errors import Invalid
from core.queries import compiled
from projects.api.documents import ProjectDocument
from projects.api.filters import ProjectFilters
from projects.api.inputs import NewLead, NewProject, ProjectChanges, find_members
from projects.models import Project
from projects.rights import (
    ARCHIVE_PROJECT,
    DELETE_PROJECT,
    PROJECT_ABILITIES,
    READ_PROJECT,
    SET_LEAD,
    UPDATE_PROJECT,
)
from projects.services.deletion import (
    archive_project,
    delete_project,
    restore_project,
    unarchive_project,
)
from projects.services.members import set_project_lead
from projects.services.projects import create_project, update_project
from workspaces.models import Workspace
from workspaces.rights import CREATE_PROJECT
from workspaces.services.workspaces import personal_workspace


class Projects(ServiceViewSet):
    """The projects a person may read, and operations on one of them."""

    has_dry_run = merges = True
    document = ProjectDocument
    inputs: ClassVar = {
        "create": NewProject,
        "update": ProjectChanges,
        "partial_update": ProjectChanges,
        "lead": NewLead,
    }
    action_permissions: ClassVar = {
        "list": IsSignedIn(),
        "create": Can(CREATE_PROJECT),
        "retrieve": Can(READ_PROJECT),
        "update": Can(UPDATE_PROJECT),
        "partial_update": Can(UPDATE_PROJECT),
        "destroy": Can(DELETE_PROJECT),
        "lead": Can(SET_LEAD),
        "archive": Can(ARCHIVE_PROJECT),
        "unarchive": Can(ARCHIVE_PROJECT),
        "restore": Can(DELETE_PROJECT),
        "can": Can(READ_PROJECT),
    }
    outputs: ClassVar = {"can": Verdict}
    queries: ClassVar = {"list": RestorableWanted, "can": Asked}
    filters = ProjectFilters
    has_list_tag = True
    orderings = ("-created_at", "name")
    query_params = ("workspace", "workspaceId", "workspace_id")

    def list(self, request: Request, workspace_id: str = "") -> Response:
        """The projects one may read, or with `deleted=true` restore; of one workspace if named."""
        asked = (request.query_params.get(name, "") for name in self.query_params)
        workspace = self._workspace(workspace_id, *asked)
        if self.wants_deleted:
            gone = Project.objects.restorable_by(self.actor)
            return self.show_list(gone.filter(workspace=workspace) if workspace else gone)
        if workspace is None:
            return self.show_list(Selection(projects_of, actor=self.actor))
        projects = Selection(projects_within, actor=self.actor, workspace=workspace.pk)
        return self.show_list(projects, within=(Workspace, workspace.pk))

    def create(self, request: Request, workspace_id: str = "") -> Response:
        fields = self.read_input()
        workspace = self._workspace(workspace_id, fields.pop("workspace_id", None))
        workspace = workspace or personal_workspace(actor=self.actor)
        people = _people_of(fields, workspace)
        project = create_project(actor=self.actor, workspace=workspace, **fields, **people)
        return self.show(
            project,
            status=status.HTTP_201_CREATED,
            message="Project created successfully",
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self._project(pk))

    def update(self, request: Request, pk: str) -> Response:
        project = update_project(
            actor=self.actor,
            project=self._project(pk),
            changes=self.read_input(),
            version=self.expected_version,
        )
        return self.show(project, message="Project updated successfully")

    partial_update = update

    def destroy(self, request: Request, pk: str) -> Response:
        delete_project(actor=self.actor, project=self._project(pk), version=self.expected_version)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def lead(self, request: Request, pk: str) -> Response:
        """Change or remove the lead of the project."""
        project = self._project(pk)
        name = self.read_input()["team_lead"]
        person = find_members(project.workspace_id, team_lead=[name])[name] if name else None
        project = set_project_lead(
            actor=self.actor, project=project, person=person, version=self.expected_version
        )
        return self.show(project)

    def archive(self, request: Request, pk: str) -> Response:
        return self._carry_out(archive_project, self._project(pk))

    def unarchive(self, request: Request, pk: str) -> Response:
        return self._carry_out(unarchive_project, self._project(pk))

    def restore(self, request: Request, pk: str) -> Response:
        """Restore a project deleted in the last 30 days."""
        project = self.find(Project.objects.visible_with_recently_deleted(self.actor), pk)
        return self._carry_out(restore_project, project)

    def can(self, request: Request, pk: str) -> Response:
        """Whether the person may do `action` in the project, and if not, why."""
        action = self.read_query()["action"]
        return Response(verdict(PROJECT_ABILITIES, self._project(pk), self.actor, action))

    def _carry_out(self, service: Callable[..., Project], project: Project) -> Response:
        version = self.expected_version
        return self.show(service(actor=self.actor, project=project, version=version))

    def _workspace(self, *names: str | None) -> Workspace | None:
        """The workspace with these ids, None if all are empty; Invalid if they differ."""
        found = {self.find(Workspace, name) for name in names if name}
        if len(found) > 1:
            raise Invalid(errors={"workspace_id": ["Named twice, and not the same."]})
        return found.pop() if found else None

    def _project(self, pk: str) -> Project:
        project: Project = self.find(Project, pk)
        return project


def _people_of(fields: dict[str, Any], workspace: Workspace) -> dict[str, Any]:
    """Remove the lead and members from `fields`; return them as users of the workspace."""
    lead, members = fields.pop("team_lead", None), fields.pop("team_members", [])
    found = find_members(workspace.pk, team_members=members, team_lead=[lead] if lead else [])
    return {
        "team_members": [found[name] for name in members],
        "team_lead": found[lead] if lead else None,
    }


@compiled
def projects_of(actor: Any) -> QuerySet[Project]:
    return Project.objects.visible_to(actor)


@compiled
def projects_within(actor: Any, workspace: Any) -> QuerySet[Project]:
    return Project.objects.visible_to(actor).filter(workspace=workspace)
