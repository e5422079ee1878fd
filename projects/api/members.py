"""The people of a project over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.permissions import Can
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.errors import NotFound
from core.queries import compiled
from projects.api.access import ProjectAccess
from projects.api.documents import AddedProjectMember, ProjectMember
from projects.api.inputs import NewProjectMember, NewRole, NewRoleOf, find_members
from projects.models import Project, ProjectMembership
from projects.rights import MANAGE_MEMBERS, READ_PROJECT, SET_LEAD
from projects.services.access import readers_of
from projects.services.members import add_project_member, remove_project_member, set_project_role
from workspaces.api.reassignment import Reassignment, read_handover


class ProjectMembers(ServiceViewSet):
    """Who takes part in a project."""

    has_dry_run = True
    document = ProjectMember
    inputs: ClassVar = {
        "create": NewProjectMember,
        "update": NewRole,
        "partial_update": NewRole,
        "update_named": NewRoleOf,
        "destroy": Reassignment,
    }
    queries: ClassVar = {"destroy": Reassignment}
    outputs: ClassVar = {"create": AddedProjectMember}
    action_permissions: ClassVar = {
        "list": Can(READ_PROJECT),
        "create": Can(MANAGE_MEMBERS),
        "update": Can(MANAGE_MEMBERS, SET_LEAD),
        "partial_update": Can(MANAGE_MEMBERS, SET_LEAD),
        "update_named": Can(MANAGE_MEMBERS, SET_LEAD),
        "destroy": Can(MANAGE_MEMBERS),
    }
    has_list_tag = True
    orderings = ("created_at",)

    def list(self, request: Request, pk: str) -> Response:
        project = self._project(pk)
        members = Selection(members_of, project=project.pk)
        return self.show_list(members, within=(Project, project.pk))

    def create(self, request: Request, pk: str) -> Response:
        """Add a member of the workspace to the project.

        Any other address is refused with `400 not_in_workspace`, with or without an account.
        """
        project, member = self._project(pk), self.read_input()
        email = member.pop("email")
        person = find_members(project.workspace_id, email=[email])[email]
        membership = add_project_member(actor=self.actor, project=project, person=person, **member)
        return self.show(
            membership,
            status=status.HTTP_201_CREATED,
            message="Member added successfully",
        )

    def update(self, request: Request, pk: str, person: str) -> Response:
        """Give a member another role."""
        project = self._project(pk)
        member = self.find_among(_members(project), person)
        return self._set_role(project, member, **self.read_input())

    partial_update = update

    def update_named(self, request: Request, pk: str) -> Response:
        """Give the member named in the body another role."""
        project, body = self._project(pk), self.read_input()
        name = body.pop("user_id")
        if "@" in name:
            member = _members(project).registered_as(name).first()
        else:
            member = self.find_among(_members(project), name)
        if member is None:
            raise NotFound
        return self._set_role(project, member, **body)

    def destroy(self, request: Request, pk: str, person: str) -> Response:
        """Remove a member; their open tasks are handed over."""
        project = self._project(pk)
        remove_project_member(
            actor=self.actor,
            project=project,
            person=self.find_among(_members(project), person),
            handover=read_handover(self),
            version=self.expected_version,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _set_role(self, project: Project, member: User, *, role: str) -> Response:
        membership = set_project_role(
            actor=self.actor,
            project=project,
            person=member,
            role=role,
            version=self.expected_version,
        )
        return self.show(membership, message="Role updated successfully")

    def _project(self, pk: str) -> Project:
        project: Project = self.find(Project, pk)
        return project


class ProjectReaders(ServiceViewSet):
    """Who may read a project, and why."""

    document = ProjectAccess
    action_permissions: ClassVar = {"list": Can(MANAGE_MEMBERS, SET_LEAD)}
    orderings = ("created_at",)

    @property
    def values(self) -> dict[str, Any]:
        return {**super().values, "project": self.kwargs["pk"]}

    def list(self, request: Request, pk: str) -> Response:
        project = self.find(Project, pk)
        return self.show_list(readers_of(project))


def _members(project: Project) -> Any:
    return User.objects.filter(project_memberships__project=project)


@compiled
def members_of(project: Any) -> QuerySet[ProjectMembership]:
    return ProjectMembership.objects.filter(project=project)
