"""Workspaces over HTTP; their members are in `members.py`."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.abilities import Asked, Verdict, verdict
from core.api.filters import RestorableWanted
from core.api.permissions import Can, IsSignedIn
from core.api.public_ids import find_by_public_id
from core.api.viewsets import ServiceViewSet
from core.documents.selection import Selection
from core.queries import compiled
from workspaces.api.documents import WorkspaceDocument
from workspaces.api.inputs import NewOwner, NewWorkspace, WorkspaceChanges
from workspaces.api.permissions import IsOwner
from workspaces.models import Workspace
from workspaces.rights import (
    DELETE_WORKSPACE,
    READ_WORKSPACE,
    UPDATE_WORKSPACE,
    WORKSPACE_ABILITIES,
)
from workspaces.services.deletion import delete_workspace, restore_workspace
from workspaces.services.ownership import (
    accept_ownership,
    decline_ownership,
    offer_ownership,
    withdraw_offer,
)
from workspaces.services.workspaces import create_workspace, update_workspace


class Workspaces(ServiceViewSet):
    """The workspaces of the person asking."""

    has_dry_run = merges = True
    document = WorkspaceDocument
    inputs: ClassVar = {
        "create": NewWorkspace,
        "update": WorkspaceChanges,
        "partial_update": WorkspaceChanges,
        "owner": NewOwner,
    }
    action_permissions: ClassVar = {
        "list": IsSignedIn(),
        "create": IsSignedIn(),
        "retrieve": Can(READ_WORKSPACE),
        "update": Can(UPDATE_WORKSPACE),
        "partial_update": Can(UPDATE_WORKSPACE),
        "destroy": Can(DELETE_WORKSPACE),
        "restore": Can(DELETE_WORKSPACE),
        "owner": IsOwner(),
        "withdraw_owner": IsOwner(),
        "accept_owner": Can(READ_WORKSPACE),
        "decline_owner": Can(READ_WORKSPACE),
        "can": Can(READ_WORKSPACE),
    }
    outputs: ClassVar = {"can": Verdict}
    queries: ClassVar = {"list": RestorableWanted, "can": Asked}
    orderings = ("created_at", "name")

    def list(self, request: Request) -> Response:
        """The workspaces of the person asking; with `deleted=true` those they may restore."""
        if self.wants_deleted:
            return self.show_list(Workspace.objects.restorable_by(self.actor))
        return self.show_list(Selection(workspaces_of, actor=self.actor))

    def create(self, request: Request) -> Response:
        workspace = create_workspace(actor=self.actor, **self.read_input())
        return self.show(
            workspace,
            status=status.HTTP_201_CREATED,
            message="Workspace created successfully",
        )

    def retrieve(self, request: Request, pk: str) -> Response:
        return self.show(self._workspace(pk))

    def update(self, request: Request, pk: str) -> Response:
        workspace = update_workspace(
            actor=self.actor,
            workspace=self._workspace(pk),
            changes=self.read_input(),
            version=self.expected_version,
        )
        return self.show(workspace, message="Workspace updated successfully")

    partial_update = update

    def can(self, request: Request, pk: str) -> Response:
        """Whether the person may do `action` in the workspace, and if not, why."""
        action = self.read_query()["action"]
        return Response(verdict(WORKSPACE_ABILITIES, self._workspace(pk), self.actor, action))

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete the workspace and all it contains; it can be restored for 30 days."""
        delete_workspace(
            actor=self.actor, workspace=self._workspace(pk), version=self.expected_version
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    def restore(self, request: Request, pk: str) -> Response:
        """Bring a deleted workspace back, with its projects."""
        deleted = find_by_public_id(Workspace.objects.restorable_by(self.actor), pk)
        workspace = restore_workspace(
            actor=self.actor,
            workspace=deleted or self._workspace(pk),
            version=self.expected_version,
        )
        return self.show(workspace, message="Workspace restored successfully")

    def owner(self, request: Request, pk: str) -> Response:
        """Offer the ownership to another member; the offer expires after seven days."""
        workspace = self._workspace(pk)
        person = self.read_input()["user_id"]
        workspace = offer_ownership(actor=self.actor, workspace=workspace, person=person)
        return self.show(workspace, message="Ownership offered; pending until it is accepted")

    def withdraw_owner(self, request: Request, pk: str) -> Response:
        """Withdraw the offer of ownership; only the owner may."""
        workspace = withdraw_offer(actor=self.actor, workspace=self._workspace(pk))
        return self.show(workspace, message="Offer withdrawn successfully")

    def accept_owner(self, request: Request, pk: str) -> Response:
        """Accept the offered ownership; only the person it is offered to can."""
        workspace = accept_ownership(actor=self.actor, workspace=self._workspace(pk))
        return self.show(workspace, message="Owner changed successfully")

    def decline_owner(self, request: Request, pk: str) -> Response:
        """Decline the offered ownership."""
        workspace = decline_ownership(actor=self.actor, workspace=self._workspace(pk))
        return self.show(workspace, message="Offer declined successfully")

    def _workspace(self, pk: str) -> Workspace:
        workspace: Workspace = self.find(Workspace, pk)
        return workspace


@compiled
def workspaces_of(actor: Any) -> QuerySet[Workspace]:
    return Workspace.objects.visible_to(actor)
