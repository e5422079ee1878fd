"""What workspaces keep about a person."""

from rest_framework import serializers

from accounts.export import contribute
from core.reads import Document, PublicId
from workspaces.models import Membership
from workspaces.rights import WorkspaceRole


class OwnMembership(Document):
    workspace_id = PublicId(source="workspace")
    workspace = serializers.CharField(source="workspace.name")
    role = serializers.ChoiceField(WorkspaceRole.choices)
    message = serializers.CharField()
    joined_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Membership


contribute(
    "memberships",
    OwnMembership,
    lambda person: Membership.objects.visible_to(person).filter(user=person),
)
