"""Workspaces and members as shown, and the bodies that change them."""

from typing import ClassVar

from rest_framework import serializers

from accounts.documents import Person
from core.api.fields import Choice, Input, OptionalText
from core.reads import Document, PublicId
from workspaces.abilities import Abilities, in_workspace
from workspaces.models import Membership, Workspace
from workspaces.rights import ROLE_ALIASES, WorkspaceRole


class WorkspaceDocument(Document):
    """A workspace."""

    id = PublicId()
    name = serializers.CharField()
    slug = serializers.SlugField()
    image_url = serializers.CharField()
    owner_id = PublicId(source="owner")
    abilities = Abilities("workspace", in_workspace)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Workspace


class Member(Document):
    """A person's place in a workspace; `id` is the person's."""

    id = PublicId(source="user")
    email = serializers.EmailField(source="user.email")
    name = serializers.CharField(source="user.name")
    avatar_url = serializers.CharField(source="user.avatar_url")
    role = serializers.ChoiceField(WorkspaceRole.choices)
    message = serializers.CharField()
    workspace_id = PublicId(source="workspace")
    joined_at = serializers.DateTimeField(source="created_at")
    user = Person()
    version = serializers.IntegerField()

    class Meta:
        model = Membership
        also: ClassVar = {"userId": "id", "workspaceId": "workspace_id"}


class NewWorkspace(Input):
    name = serializers.CharField(max_length=120)
    image_url = serializers.URLField(max_length=500, required=False, allow_blank=True)


class WorkspaceChanges(Input):
    name = serializers.CharField(max_length=120, required=False)
    image_url = serializers.URLField(max_length=500, required=False, allow_blank=True)


class NewMember(Input):
    """Somebody with an account, by address."""

    workspace_id = serializers.CharField()
    email = serializers.EmailField()
    role = Choice(
        WorkspaceRole, also={**ROLE_ALIASES, "VIEWER": "GUEST"}, default=WorkspaceRole.MEMBER
    )
    message = OptionalText(max_length=2000)
