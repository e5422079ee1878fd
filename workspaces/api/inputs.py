"""Bodies about workspaces, their members and invitations."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import User
from core.api.fields import Choice, Input, Name, OptionalText, Visible
from core.api.sizes import LONGEST_VALUE
from workspaces.rights import ROLE_ALIASES, WorkspaceRole
from workspaces.services.slugs import PLAIN, RESERVED, SLUG_LENGTH


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
    """A workspace role, by our name or by one that other products use (`ROLE_ALIASES`)."""

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
    """A person to add to a workspace: the address of their account."""

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


class NewInvitation(Input):
    email = serializers.EmailField(max_length=254)
    role = Role(required=False)
    message = OptionalText(max_length=2000)
