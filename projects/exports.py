"""What a person's export holds of projects."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.actor import Actor
from core.documents.fields import Document, PublicId
from projects.models import ProjectMembership
from projects.rights import ProjectRole


class OwnProjectMembership(Document):
    workspace_id = PublicId(source="workspace")
    project_id = serializers.UUIDField()
    project = serializers.CharField(source="project.name")
    role = serializers.ChoiceField(ProjectRole.choices)
    joined_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = ProjectMembership


contribute(
    "project_memberships",
    OwnProjectMembership,
    lambda person: ProjectMembership.objects.visible_to(Actor(user=person)).filter(user=person),
)
