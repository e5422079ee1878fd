"""Invitations over HTTP: of a workspace, received by the person asking, and behind a link."""

from typing import ClassVar

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.failures import FAILURE
from core.api.permissions import Anyone, Can, IsSignedIn
from core.api.viewsets import ServiceViewSet
from core.context import as_system
from core.models import as_uuid
from identity.services.access import proved_addresses
from workspaces.api.documents import Member
from workspaces.api.filters import InvitationFilters
from workspaces.api.inputs import NewInvitation
from workspaces.api.invitation_documents import (
    InvitationDocument,
    InvitationPreview,
    ReceivedInvitation,
)
from workspaces.models import Invitation, Workspace
from workspaces.rights import INVITE
from workspaces.services.acceptance import (
    accept_invitation,
    accept_own_invitation,
    invitation_behind,
)
from workspaces.services.invitations import invite_person, resend_invitation, revoke_invitation
from workspaces.services.workspaces import CredentialBound

TOO_MANY = OpenApiResponse(FAILURE.ref, "Too many invitations; see Retry-After")
NOT_OPEN = OpenApiResponse(FAILURE.ref, "Accepted, revoked or expired; `code` says which")


class Inviting(ServiceViewSet):
    """`create` sends an invitation; shared by the views of members and of invitations."""

    has_dry_run = True
    inputs: ClassVar = {"create": NewInvitation}
    outputs: ClassVar = {"create": InvitationDocument}
    action_permissions: ClassVar = {"create": Can(INVITE)}

    @extend_schema(responses={201: InvitationDocument, 429: TOO_MANY})
    def create(self, request: Request, pk: str) -> Response:
        """Invite an address by mail, whether or not anybody has an account with it."""
        workspace = self.find(Workspace, pk)
        invitation = invite_person(actor=self.actor, workspace=workspace, **self.read_input())
        return self.show(
            invitation,
            status=status.HTTP_201_CREATED,
            message="Invitation sent successfully",
        )


class Invitations(Inviting):
    """The invitations of a workspace."""

    document = InvitationDocument
    action_permissions: ClassVar = {
        **Inviting.action_permissions,
        "list": Can(INVITE),
        "resend": Can(INVITE),
        "destroy": Can(INVITE),
    }
    filters = InvitationFilters

    def list(self, request: Request, pk: str) -> Response:
        workspace = self.find(Workspace, pk)
        return self.show_list(Invitation.objects.filter(workspace=workspace).with_state())

    @extend_schema(responses={200: InvitationDocument, 429: TOO_MANY})
    def resend(self, request: Request, pk: str, invitation: str) -> Response:
        """Send a new link, which expires like a new invitation; the link before is void."""
        sent = resend_invitation(actor=self.actor, invitation=self._invitation(pk, invitation))
        return self.show(sent, message="Invitation sent successfully")

    def destroy(self, request: Request, pk: str, invitation: str) -> Response:
        """Revoke an invitation that has not been accepted."""
        revoke_invitation(
            actor=self.actor,
            invitation=self._invitation(pk, invitation),
            version=self.expected_version,
        )
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _invitation(self, pk: str, invitation: str) -> Invitation:
        workspace = self.find(Workspace, pk)
        found: Invitation = self.find_among(
            Invitation.objects.filter(workspace=workspace), invitation
        )
        return found


class ReceivedInvitations(ServiceViewSet):
    """The invitations sent to the person asking."""

    has_dry_run = True
    document = ReceivedInvitation
    outputs: ClassVar = {"accept": Member}
    action_permissions: ClassVar = {"list": IsSignedIn(), "accept": IsSignedIn()}

    @as_system("invitations to addresses of the person asking")
    def list(self, request: Request) -> Response:
        """The open invitations to the verified addresses of the person asking."""
        if self.actor.is_bound:
            raise CredentialBound
        own = Invitation.objects.open().sent_to(*proved_addresses(self.actor.person))
        return self.show_list(own)

    @as_system("an invitation the person asking holds")
    def accept(self, request: Request, token: str) -> Response:
        """Accept an invitation and become a member of its workspace.

        By the token of its link, or by the id of an invitation sent to a verified address.
        """
        if as_uuid(token):
            own = Invitation.objects.sent_to(*proved_addresses(self.actor.person))
            invitation = self.find_among(own, token)
            membership = accept_own_invitation(actor=self.actor, invitation=invitation)
        else:
            membership = accept_invitation(actor=self.actor, token=token)
        return self.show(membership, message="Welcome to the workspace")


class InvitationLinks(ServiceViewSet):
    """The invitation behind a link, for people who may not have an account yet."""

    authentication_classes = []
    document = InvitationPreview
    action_permissions: ClassVar = {"retrieve": Anyone()}

    @extend_schema(responses={200: InvitationPreview, 409: NOT_OPEN})
    @as_system("an invitation whose link somebody holds")
    def retrieve(self, request: Request, token: str) -> Response:
        """The workspace, inviter and role of the invitation behind a link, without signing in."""
        return self.show(invitation_behind(token))
