"""Workspaces and their members over HTTP."""

from typing import ClassVar

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.permissions import SignedIn
from core.api.viewsets import ServiceViewSet
from workspaces.models import Membership, Workspace
from workspaces.permissions import Asked, Can, Verdict, verdict
from workspaces.serializers import (
    Member,
    NewMember,
    NewWorkspace,
    WorkspaceChanges,
    WorkspaceDocument,
)
from workspaces.services import add_member, create_workspace, update_workspace


class Workspaces(ServiceViewSet):
    """The workspaces of the person asking."""

    document = WorkspaceDocument
    inputs: ClassVar = {
        "create": NewWorkspace,
        "update": WorkspaceChanges,
        "partial_update": WorkspaceChanges,
    }
    action_permissions: ClassVar = {
        "list": SignedIn(),
        "create": SignedIn(),
        "retrieve": Can("workspace:read"),
        "update": Can("workspace:update"),
        "partial_update": Can("workspace:update"),
        "can": Can("workspace:read"),
    }
    outputs: ClassVar = {"can": Verdict}
    queries: ClassVar = {"can": Asked}
    orderings = ("created_at", "name")

    def list(self, request: Request) -> Response:
        return self.show_list(Workspace.objects.visible_to(self.actor))

    def create(self, request: Request) -> Response:
        workspace = create_workspace(actor=self.actor, **self.read_input())
        return self.show(
            workspace,
            status=status.HTTP_201_CREATED,
            message="Workspace created successfully",
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self.find(Workspace.objects.visible_to(self.actor), pk))

    def update(self, request: Request, pk: str) -> Response:
        workspace = update_workspace(
            actor=self.actor,
            workspace=self.find(Workspace.objects.visible_to(self.actor), pk),
            changes=self.read_input(),
            version=self.expected_version,
        )
        return self.show(workspace, message="Workspace updated successfully")

    partial_update = update

    def can(self, request: Request, pk: str) -> Response:
        """Whether the person may do something in the workspace, and if not, why."""
        workspace = self.find(Workspace.objects.visible_to(self.actor), pk)
        return Response(verdict("workspace", workspace, self.actor, self.read_query()["action"]))


class Members(ServiceViewSet):
    """Who belongs to a workspace."""

    document = Member
    inputs: ClassVar = {"add": NewMember}
    action_permissions: ClassVar = {"list": Can("workspace:read"), "add": Can("workspace:invite")}
    orderings = ("created_at",)

    def list(self, request: Request, pk: str) -> Response:
        workspace = self.find(Workspace.objects.visible_to(self.actor), pk)
        return self.show_list(Membership.objects.filter(workspace=workspace))

    def add(self, request: Request) -> Response:
        """Give somebody who has an account a place in the workspace named in the body."""
        member = self.read_input()
        workspace = self.find(Workspace.objects.visible_to(self.actor), member.pop("workspace_id"))
        membership = add_member(actor=self.actor, workspace=workspace, **member)
        return self.show(
            membership,
            status=status.HTTP_201_CREATED,
            message="Member added successfully",
        )
