"""Projects and their people as shown, and the bodies that change them."""

from typing import ClassVar

from rest_framework import serializers

from accounts.api.documents import Person
from core.api.abilities import Abilities
from core.api.fields import Choice, Input, Name, OptionalDate, OptionalText, Percentage
from core.api.sizes import LONGEST_VALUE
from core.documents.fields import Document, PublicId
from core.documents.pages import MEBIBYTE
from core.documents.truncation import LongText, Many, Truncated
from projects.api.abilities import in_project, project_standing
from projects.api.inputs import PeopleNamed, PersonNamed
from projects.models import (
    Priority,
    Project,
    ProjectMembership,
    ProjectStatus,
    Status,
    Visibility,
)
from projects.rights import PROJECT_ABILITIES, ROLE_ALIASES, ProjectRole
from projects.services.workflows import Workflow


class ProjectMember(Document):
    """A person's place in a project; `id` is the membership's."""

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
    description = LongText()
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
    abilities = Abilities("project", PROJECT_ABILITIES, in_project(), project_standing)
    truncated = Truncated()

    class Meta:
        model = Project
        also: ClassVar = {"workspaceId": "workspace_id"}


ProjectDocument.embed(
    "members",
    Many(
        ProjectMember,
        lambda project: ProjectMembership.objects.filter(project=project),
        most=500,
        item=700,
        budget=MEBIBYTE,
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

    class Meta:
        model = Status


class ProjectFields(Input):
    """What may be said about a project, on creation and later."""

    name = Name(max_length=200)
    description = OptionalText(max_length=20_000)
    visibility = Choice(Visibility, required=False)
    status = Choice(ProjectStatus, required=False)
    priority = Choice(Priority, required=False)
    progress = Percentage(required=False)
    start_date = OptionalDate()
    end_date = OptionalDate()


class NewProject(ProjectFields):
    """Without a workspace, the person's own is used."""

    workspace_id = serializers.CharField(
        max_length=LONGEST_VALUE, required=False, allow_null=True, allow_blank=True
    )
    team_lead = PersonNamed(required=False, allow_null=True)
    team_members = PeopleNamed(required=False, max_length=500)
    workflow = Choice(Workflow, required=False)


class ProjectChanges(ProjectFields):
    name = Name(max_length=200, required=False)


class NewLead(Input):
    """Who leads from now on; null leaves the project without a lead."""

    team_lead = PersonNamed(allow_null=True)

    class Meta:
        also: ClassVar = {"user_id": "team_lead", "email": "team_lead"}


class NewProjectMember(Input):
    email = serializers.EmailField(max_length=254)
    role = Choice(
        [ProjectRole.MEMBER.value, ProjectRole.VIEWER.value], also=ROLE_ALIASES, required=False
    )


class NewRole(Input):
    """LEAD hands the project over."""

    role = Choice(ProjectRole, also=ROLE_ALIASES)


class NewRoleOf(NewRole):
    """The same, with the member named by id or address in the body."""

    user_id = serializers.CharField(max_length=320)

    class Meta:
        also: ClassVar = {"email": "user_id", "user": "user_id", "member_id": "user_id"}
