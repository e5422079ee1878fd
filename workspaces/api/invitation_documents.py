"""Invitations as shown to those who send them and to those who get them."""

from typing import Any

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Concat, Left, Now, StrIndex, Substr
from rest_framework import serializers

from accounts.api.documents import Person
from core.documents.fields import Computed, Document, PublicId
from workspaces.models import Invitation, InvitationStatus
from workspaces.rights import WorkspaceRole


class State(serializers.ChoiceField):
    """The status, with the clock looked at."""

    def as_json(self, path: str) -> Case:
        lapsed = {f"{path}status": InvitationStatus.PENDING, f"{path}expires_at__lte": Now()}
        return Case(
            When(**lapsed, then=Value(InvitationStatus.EXPIRED.value)), default=F(f"{path}status")
        )


class InvitationDocument(Document):
    """An invitation, as those see it who may send one."""

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
    """An invitation, as the person sees it who has proved its address."""

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
    """What a link shows to whoever holds it, and no more."""

    workspace_name = serializers.CharField(source="workspace.name")
    inviter_name = serializers.CharField(source="invited_by.name", allow_null=True)
    role = serializers.ChoiceField(WorkspaceRole.choices)
    email = Computed(lambda path: _masked(f"{path}email"))

    class Meta:
        model = Invitation


def _masked(email: str) -> Any:
    """Of an address its first letter and its domain."""
    domain = Substr(email, StrIndex(F(email), Value("@")))
    return Concat(Left(email, 1), Value("•••"), domain, output_field=CharField())
