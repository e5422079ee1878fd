"""Projects and their people as shown."""

from typing import ClassVar

from rest_framework import serializers

from accounts.api.documents import Person
from core.api.abilities import Abilities
from core.documents.fields import Document, PublicId
from core.documents.pages import MEBIBYTE
from core.documents.truncation import Limits, LongText, Many, Truncated
from projects.api.abilities import in_project, project_standing
from projects.models import (
    Priority,
    Project,
    ProjectMembership,
    ProjectStatus,
    Status,
    Transition,
    Visibility,
)
from projects.rights import PROJECT_ABILITIES, ProjectRole


class ProjectMember(Document):
    """A person's membership of a project; `id` is the membership's."""

    id = serializers.UUIDField()
    user_id = PublicId(source="user")
    project_id = serializers.UUIDField()
    role = serializers.ChoiceField(ProjectRole.choices)
    user = Person()
    created_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = ProjectMembership
        also: ClassVar = {"userId": "user_id", "projectId": "project_id"}


class AddedProjectMember(ProjectMember):
    """A new member, repeated in `new_member` for clients that append it to their list."""

    new_member = ProjectMember(source="*")

    class Meta(ProjectMember.Meta):
        also: ClassVar = {**ProjectMember.Meta.also, "newMember": "new_member"}


class ProjectDocument(Document):
    """A project; `team_lead` is the lead's id."""

    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    key = serializers.CharField()
    name = serializers.CharField()
    description = LongText()
    visibility = serializers.ChoiceField(Visibility.choices)
    status = serializers.ChoiceField(ProjectStatus.choices)
    priority = serializers.ChoiceField(Priority.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100)
    start_date = serializers.DateField(allow_null=True)
    end_date = serializers.DateField(allow_null=True)
    completion_requires_unblocked = serializers.BooleanField()
    team_lead = PublicId(allow_null=True)
    lead = Person(source="team_lead", allow_null=True)
    created_by = Person()
    archived_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    abilities = Abilities(PROJECT_ABILITIES, in_project(), project_standing)
    truncated = Truncated()

    class Meta:
        model = Project
        also: ClassVar = {"workspaceId": "workspace_id"}


ProjectDocument.embed(
    "members",
    Many(
        ProjectMember,
        "project",
        ProjectMembership.objects.all,
        limits=Limits(most=500, item=700, budget=MEBIBYTE),
    ),
    on_request=True,
)


class StatusDocument(Document):
    """A column of the board."""

    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    color = serializers.CharField()
    position = serializers.IntegerField()
    category = serializers.CharField()
    is_default = serializers.BooleanField()
    wip_limit = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Status


class TransitionDocument(Document):
    """A move that the workflow allows, with the keys and the ids of both columns."""

    id = serializers.UUIDField()
    from_status = serializers.CharField(source="source.key")
    to_status = serializers.CharField(source="target.key")
    from_status_id = serializers.UUIDField(source="source_id")
    to_status_id = serializers.UUIDField(source="target_id")

    class Meta:
        model = Transition
