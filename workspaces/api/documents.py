"""Workspaces and members as shown, and the bodies that change them."""

from typing import Any, ClassVar

from django.db.models import Case, F, When
from django.db.models.functions import Now
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from accounts.api.documents import Address, Person, show_addresses_where
from accounts.models import User
from core.api.abilities import Abilities
from core.api.fields import Choice, Input, Name, OptionalText, Visible
from core.api.sizes import LONGEST_VALUE
from core.documents.fields import Document, PublicId
from core.documents.truncation import LongText, Truncated
from workspaces.api.abilities import in_workspace, workspace_standing
from workspaces.api.addresses import readable_in
from workspaces.models import Membership, Workspace
from workspaces.rights import ROLE_ALIASES, WORKSPACE_ABILITIES, WorkspaceRole
from workspaces.services.slugs import PLAIN, RESERVED, SLUG_LENGTH

show_addresses_where(readable_in)


class WhileOffered(serializers.Field[Any, Any, Any, Any]):
    """What `column` says of an offer of ownership; null when there is none that can be accepted."""

    def __init__(self, column: str, schema: dict[str, Any]) -> None:
        super().__init__(read_only=True, allow_null=True)
        self.column = column
        set_override(self, "field", schema)

    def as_json(self, path: str) -> Case:
        is_open = {f"{path}offer_expires_at__gt": Now()}
        return Case(When(**is_open, then=F(f"{path}{self.column}")))


class WorkspaceDocument(Document):
    """A workspace; `pending_owner_id` becomes the owner by accepting in time."""

    id = PublicId()
    name = serializers.CharField()
    slug = serializers.SlugField()
    image_url = serializers.CharField()
    owner_id = PublicId(source="owner", allow_null=True)
    pending_owner_id = WhileOffered("offered_to__public_id", {"type": "string"})
    pending_owner_until = WhileOffered(
        "offer_expires_at", {"type": "string", "format": "date-time"}
    )
    abilities = Abilities("workspace", WORKSPACE_ABILITIES, in_workspace, workspace_standing)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Workspace


class Member(Document):
    """A person's place in a workspace; `id` is the person's."""

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


class Slug(serializers.RegexField):
    """Letters a to z, digits and single hyphens; capitals are read as small ones."""

    default_error_messages: ClassVar = {
        "invalid": "Use the letters a to z, digits and single hyphens between them.",
        "reserved": "This address is reserved.",
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(PLAIN, max_length=SLUG_LENGTH, required=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        slug = super().run_validation(data)
        if isinstance(slug, str):
            slug = slug.lower()
            if slug in RESERVED:
                self.fail("reserved")
        return slug


class Role(Choice):
    """A role in the workspace, in our words or in those of other products."""

    def __init__(self, **options: Any) -> None:
        super().__init__(WorkspaceRole, also={**ROLE_ALIASES, "VIEWER": "GUEST"}, **options)


class NewWorkspace(Input):
    name = Name(max_length=120)
    slug = Slug()
    image_url = serializers.URLField(max_length=500, required=False, allow_blank=True)


class WorkspaceChanges(Input):
    name = Name(max_length=120, required=False)
    slug = Slug()
    image_url = serializers.URLField(max_length=500, required=False, allow_blank=True)


class NewMember(Input):
    """Somebody with an account, by address."""

    workspace_id = serializers.CharField(max_length=LONGEST_VALUE)
    email = serializers.EmailField(max_length=254)
    role = Role(required=False)
    message = OptionalText(max_length=2000)


class NewMemberRole(Input):
    role = Role()


class NewOwner(Input):
    user_id = Visible(User)

    class Meta:
        also: ClassVar = {"owner_id": "user_id"}
