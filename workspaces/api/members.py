"""The members of a workspace over HTTP."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.failures import FAILURE
from core.api.permissions import Can
from core.api.visibility import find_visible
from core.documents.selection import Selection
from core.queries import compiled
from workspaces.api.documents import Member
from workspaces.api.inputs import NewMember, NewMemberRole
from workspaces.api.invitations import Inviting
from workspaces.api.reassignment import Reassignment, read_handover
from workspaces.models import Membership, Workspace
from workspaces.rights import INVITE, READ_WORKSPACE, REMOVE_MEMBER
from workspaces.services.limits import count_admission
from workspaces.services.members import change_member_role, remove_member
from workspaces.services.workspaces import add_member

ONESELF = "me"
TOO_MANY = OpenApiResponse(FAILURE.ref, "Too many people in an hour; see Retry-After")


class Members(Inviting):
    """Who belongs to a workspace."""

    document = Member
    inputs: ClassVar = {
        **Inviting.inputs,
        "add": NewMember,
        "update": NewMemberRole,
        "partial_update": NewMemberRole,
        "destroy": Reassignment,
    }
    queries: ClassVar = {"destroy": Reassignment}
    action_permissions: ClassVar = {
        **Inviting.action_permissions,
        "list": Can(READ_WORKSPACE),
        "add": Can(INVITE),
        "retrieve": Can(READ_WORKSPACE),
        "update": Can(INVITE),
        "partial_update": Can(INVITE),
        "destroy": Can(REMOVE_MEMBER),
    }
    attempts: ClassVar = {"add": count_admission, "create": count_admission}
    has_list_tag = True
    orderings = ("created_at",)

    def list(self, request: Request, pk: str) -> Response:
        workspace = self._workspace(pk)
        self.check_object_permissions(request, workspace)
        members = Selection(members_of, workspace=workspace.pk)
        return self.show_list(members, within=(Workspace, workspace.pk))

    @extend_schema(responses={201: Member, 429: TOO_MANY})
    def add(self, request: Request) -> Response:
        """Add somebody who has an account to the workspace named in the body."""
        member = self.read_input()
        workspace = self.find(Workspace, member.pop("workspace_id"))
        membership = add_member(actor=self.actor, workspace=workspace, **member)
        return self.show(
            membership,
            status=status.HTTP_201_CREATED,
            message="Member added successfully",
        )

    def retrieve(self, request: Request, pk: str, person: str) -> Response:
        return self.show(self._member(pk, person))

    def update(self, request: Request, pk: str, person: str) -> Response:
        """Give a member another role; neither the old nor the new one may exceed one's own."""
        membership = change_member_role(
            actor=self.actor,
            membership=self._member(pk, person),
            version=self.expected_version,
            **self.read_input(),
        )
        return self.show(membership, message="Role changed successfully")

    partial_update = update

    def destroy(self, request: Request, pk: str, person: str) -> Response:
        """Remove a member, or leave (with `me` as the id); open tasks are handed over."""
        membership = self._member(pk, person)
        remove_member(
            actor=self.actor,
            membership=membership,
            handover=read_handover(self),
            version=self.expected_version,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _workspace(self, pk: str) -> Workspace:
        workspace: Workspace = find_visible(Workspace, pk, actor=self.actor)
        return workspace

    def _member(self, pk: str, person: str) -> Membership:
        """The membership; the permission is checked on it, as everybody may remove their own."""
        places = Membership.objects.filter(workspace=self._workspace(pk))
        wanted = self.actor.person.public_id if person == ONESELF else person
        membership: Membership = self.find_among(places, str(wanted))
        self.check_object_permissions(self.request, membership)
        return membership


@compiled
def members_of(workspace: Any) -> QuerySet[Membership]:
    return Membership.objects.filter(workspace=workspace)
