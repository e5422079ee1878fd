"""What a person's export holds of workspaces."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.actor import Actor
from core.documents.fields import Document, PublicId
from identity.services.access import addresses_of
from workspaces.models import Invitation, Membership, OptOut, OptOutKind
from workspaces.rights import WorkspaceRole


class OwnMembership(Document):
    workspace_id = PublicId(source="workspace")
    workspace = serializers.CharField(source="workspace.name")
    role = serializers.ChoiceField(WorkspaceRole.choices)
    message = serializers.CharField()
    joined_at = serializers.DateTimeField(source="created_at")
    opened_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Membership


class OwnInvitation(Document):
    """An invitation sent to the person, without its sender, whose data is not theirs."""

    workspace = serializers.CharField(source="workspace.name")
    email = serializers.EmailField()
    role = serializers.ChoiceField(WorkspaceRole.choices)
    message = serializers.CharField()
    status = serializers.CharField()
    sent_at = serializers.DateTimeField()

    class Meta:
        model = Invitation


class OwnOptOut(Document):
    """A workspace from which the person wants no mail."""

    workspace = serializers.CharField(source="workspace.name")
    kind = serializers.ChoiceField(OptOutKind.choices)
    created_at = serializers.DateTimeField()

    class Meta:
        model = OptOut


contribute(
    "memberships",
    OwnMembership,
    lambda person: Membership.objects.visible_to(Actor(user=person)).filter(user=person),
)
contribute(
    "invitations",
    OwnInvitation,
    lambda person: Invitation.objects.sent_to(*addresses_of(person)),
)
contribute("opt_outs", OwnOptOut, lambda person: OptOut.objects.of(person.pk))
