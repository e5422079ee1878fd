"""The people of a project over HTTP."""

from typing import ClassVar

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.viewsets import ServiceViewSet
from projects.membership import add_project_member, remove_project_member
from projects.models import Project, ProjectMembership
from projects.serializers import AddedProjectMember, NewProjectMember, ProjectMember
from workspaces.permissions import Can
from workspaces.services import person_with_address


class ProjectMembers(ServiceViewSet):
    """Who takes part in a project."""

    document = ProjectMember
    inputs: ClassVar = {"create": NewProjectMember}
    outputs: ClassVar = {"create": AddedProjectMember}
    action_permissions: ClassVar = {
        "list": Can("project:read"),
        "create": Can("project:manage_members"),
        "destroy": Can("project:manage_members"),
    }
    orderings = ("created_at",)

    def list(self, request: Request, pk: str) -> Response:
        return self.show_list(ProjectMembership.objects.filter(project=self._project(pk)))

    def create(self, request: Request, pk: str) -> Response:
        project, member = self._project(pk), self.read_input()
        person = person_with_address(member.pop("email"))
        membership = add_project_member(actor=self.actor, project=project, person=person, **member)
        return self.show(
            membership,
            status=status.HTTP_201_CREATED,
            message="Member added successfully",
        )

    def destroy(self, request: Request, pk: str, person: str) -> Response:
        project = self._project(pk)
        member = self.find_among(User.objects.filter(project_memberships__project=project), person)
        remove_project_member(actor=self.actor, project=project, person=member)
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _project(self, pk: str) -> Project:
        project: Project = self.find(Project.objects.visible_to(self.actor), pk)
        return project
