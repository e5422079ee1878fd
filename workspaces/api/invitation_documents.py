"""Invitations as shown to the workspace, to the invited person and to the holder of a link."""

from typing import Any

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Concat, Left, Now, StrIndex, Substr
from rest_framework import serializers

from accounts.api.documents import Person
from core.documents.fields import Computed, Document, PublicId
from workspaces.models import Invitation, InvitationStatus
from workspaces.rights import WorkspaceRole


class State(serializers.ChoiceField):
    """The status, EXPIRED for a pending invitation whose `expires_at` has passed."""

    def column(self, path: str) -> Case:
        lapsed = {f"{path}status": InvitationStatus.PENDING, f"{path}expires_at__lte": Now()}
        return Case(
            When(**lapsed, then=Value(InvitationStatus.EXPIRED.value)), default=F(f"{path}status")
        )


class InvitationDocument(Document):
    """An invitation as members with the right to invite see it."""

    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    email = serializers.EmailField()
    role = serializers.ChoiceField(WorkspaceRole.choices)
    message = serializers.CharField()
    status = State(InvitationStatus.choices)
    invited_by = Person(allow_null=True)
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Invitation


class ReceivedInvitation(Document):
    """An invitation as shown to the person who has verified its address."""

    id = serializers.UUIDField()
    workspace_name = serializers.CharField(source="workspace.name")
    inviter_name = serializers.CharField(source="invited_by.name", allow_null=True)
    role = serializers.ChoiceField(WorkspaceRole.choices)
    email = serializers.EmailField()
    message = serializers.CharField()
    expires_at = serializers.DateTimeField()

    class Meta:
        model = Invitation


class InvitationPreview(Document):
    """What an invitation link shows without signing in; the address is masked."""

    workspace_name = serializers.CharField(source="workspace.name")
    inviter_name = serializers.CharField(source="invited_by.name", allow_null=True)
    role = serializers.ChoiceField(WorkspaceRole.choices)
    email = Computed(lambda path: _masked(f"{path}email"))

    class Meta:
        model = Invitation


def _masked(email: str) -> Any:
    """The address with all but its first letter and its domain masked."""
    domain = Substr(email, StrIndex(F(email), Value("@")))
    return Concat(Left(email, 1), Value("•••"), domain, output_field=CharField())
