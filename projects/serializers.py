"""Projects and their people as shown, and the bodies that change them."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.documents import Person
from accounts.models import User
from core.api.fields import Choice, Input, OptionalDate, OptionalText, Percentage
from core.reads import Document, Many, PublicId
from projects.models import (
    Priority,
    Project,
    ProjectMembership,
    ProjectStatus,
    Status,
    Visibility,
)
from projects.templates import Workflow
from workspaces.rights import ROLE_ALIASES, ProjectRole


class ProjectMember(Document):
    """A person's place in a project; `id` is the membership's."""

    id = serializers.UUIDField()
    user_id = PublicId(source="user")
    project_id = serializers.UUIDField()
    role = serializers.ChoiceField(ProjectRole.choices)
    user = Person()
    created_at = serializers.DateTimeField()

    class Meta:
        model = ProjectMembership
        also: ClassVar = {"userId": "user_id", "projectId": "project_id"}


class AddedProjectMember(ProjectMember):
    """The same person once more as a whole, for clients that put it into their list."""

    new_member = ProjectMember(source="*")

    class Meta(ProjectMember.Meta):
        also: ClassVar = {**ProjectMember.Meta.also, "newMember": "new_member"}


class ProjectDocument(Document):
    """A project; `team_lead` is the lead's id."""

    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    key = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField()
    visibility = serializers.ChoiceField(Visibility.choices)
    status = serializers.ChoiceField(ProjectStatus.choices)
    priority = serializers.ChoiceField(Priority.choices)
    progress = serializers.IntegerField(min_value=0, max_value=100)
    start_date = serializers.DateField(allow_null=True)
    end_date = serializers.DateField(allow_null=True)
    team_lead = PublicId(allow_null=True)
    lead = Person(source="team_lead", allow_null=True)
    created_by = Person()
    archived_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Project
        also: ClassVar = {"workspaceId": "workspace_id"}


ProjectDocument.embed(
    "members",
    Many(ProjectMember, lambda project: ProjectMembership.objects.filter(project=project)),
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

    class Meta:
        model = Status


@extend_schema_field(OpenApiTypes.STR)
class PersonNamed(serializers.Field[Any, str, str, Any]):
    """Somebody with an account, by address or id. Whether they fit is the service's question."""

    default_error_messages: ClassVar = {
        "invalid": "Must be an e-mail address or an id.",
        "unknown": "{name}: nobody with this address or id has an account.",
    }

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values(None if data == "" and self.allow_null else data)

    def to_internal_value(self, data: Any) -> User:
        if not isinstance(data, str) or not data.isprintable():
            self.fail("invalid")
        people = User.objects.active()
        if "@" in data:
            people = people.by_address(data)
        else:  # an id one may not see does not exist; a refusal would tell its address
            people = people.visible_to(self.context["actor"]).with_public_id(data)
        person: User | None = people.first()
        if person is None:
            self.fail("unknown", name=data)
        return person


class ProjectFields(Input):
    """What may be said about a project, on creation and later."""

    name = serializers.CharField(max_length=200)
    description = OptionalText(max_length=20_000)
    visibility = Choice(Visibility, required=False)
    status = Choice(ProjectStatus, required=False)
    priority = Choice(Priority, required=False)
    progress = Percentage(required=False)
    start_date = OptionalDate()
    end_date = OptionalDate()


class NewProject(ProjectFields):
    """Without a workspace, the person's own is used."""

    workspace_id = serializers.CharField(required=False, allow_null=True, allow_blank=True)
    team_lead = PersonNamed(required=False, allow_null=True)
    team_members = serializers.ListField(
        child=PersonNamed(), required=False, max_length=500, allow_empty=True
    )
    workflow = Choice(Workflow, required=False)


class ProjectChanges(ProjectFields):
    name = serializers.CharField(max_length=200, required=False)


class NewLead(Input):
    """Who leads from now on; null leaves the project without a lead."""

    team_lead = PersonNamed(allow_null=True)

    class Meta:
        also: ClassVar = {"user_id": "team_lead", "email": "team_lead"}


class NewProjectMember(Input):
    email = serializers.EmailField()
    role = Choice(
        [ProjectRole.MEMBER.value, ProjectRole.VIEWER.value], also=ROLE_ALIASES, required=False
    )
