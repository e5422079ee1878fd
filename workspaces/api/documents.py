"""Workspaces and members as shown."""

from typing import Any, ClassVar

from django.db.models import Case, F, When
from django.db.models.functions import Now
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from accounts.api.documents import Address, Person, show_addresses_where
from core.api.abilities import Abilities
from core.documents.fields import Document, PublicId
from core.documents.truncation import LongText, Truncated
from workspaces.api.abilities import (
    in_workspace,
    may_read_addresses,
    workspace_role_at,
    workspace_standing,
)
from workspaces.models import Membership, Workspace
from workspaces.rights import WORKSPACE_ABILITIES, WorkspaceRole

show_addresses_where(workspace_role_at, may_read_addresses)


class WhileOffered(serializers.Field[Any, Any, Any, Any]):
    """A column of the ownership offer; null if there is no offer or it has expired."""

    def __init__(self, column: str, schema: dict[str, Any]) -> None:
        super().__init__(read_only=True, allow_null=True)
        self.shown = column
        set_override(self, "field", schema)

    def column(self, path: str) -> Case:
        is_open = {f"{path}offer_expires_at__gt": Now()}
        return Case(When(**is_open, then=F(f"{path}{self.shown}")))


class WorkspaceDocument(Document):
    """A workspace; `pending_owner_id` may accept its ownership until `pending_owner_until`."""

    id = PublicId()
    name = serializers.CharField()
    slug = serializers.SlugField()
    image_url = serializers.CharField()
    owner_id = PublicId(source="owner", allow_null=True)
    pending_owner_id = WhileOffered("offered_to__public_id", {"type": "string"})
    pending_owner_until = WhileOffered(
        "offer_expires_at", {"type": "string", "format": "date-time"}
    )
    abilities = Abilities(WORKSPACE_ABILITIES, in_workspace, workspace_standing)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Workspace


class Member(Document):
    """A person's membership of a workspace; `id` is the person's."""

    id = PublicId(source="user")
    email = Address(source="user.email")
    name = serializers.CharField(source="user.name")
    avatar_url = serializers.CharField(source="user.avatar_url")
    role = serializers.ChoiceField(WorkspaceRole.choices)
    message = LongText()
    workspace_id = PublicId(source="workspace")
    joined_at = serializers.DateTimeField(source="created_at")
    user = Person()
    version = serializers.IntegerField()
    truncated = Truncated()

    class Meta:
        model = Membership
        also: ClassVar = {"userId": "id", "workspaceId": "workspace_id"}
