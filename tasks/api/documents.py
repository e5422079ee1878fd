"""Tasks as shown."""

from typing import Any, ClassVar

from django.db.models import F
from rest_framework import serializers

from accounts.api.documents import Person, PersonInList
from core.api.abilities import Abilities
from core.documents.expressions import Hyphenated
from core.documents.fields import Computed, Document, PublicId
from core.documents.pages import MEBIBYTE
from core.documents.truncation import Limits, LongText, Many, Truncated
from projects.api.abilities import in_project, project_standing
from projects.api.documents import ProjectDocument
from projects.models import Category, Priority, Project, ProjectStatus
from tasks.models import Task, TaskType
from tasks.rights import TASK_ABILITIES


class ProjectOfTask(Document):
    """The project as shown inside a task."""

    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(ProjectStatus.choices)
    priority = serializers.ChoiceField(Priority.choices)
    team_lead = PublicId(allow_null=True)
    workspace_id = PublicId(source="workspace")

    class Meta:
        model = Project
        also: ClassVar = {"workspaceId": "workspace_id"}


class TaskDocument(Document):
    """A task; `key` is shown to people, such as `ENG-123`; `status` is the key of its column."""

    id = serializers.UUIDField()
    key = Computed(lambda path: Hyphenated(F(f"{path}project__key"), F(f"{path}number")))
    number = serializers.IntegerField()
    title = serializers.CharField()
    description = LongText()
    type = serializers.ChoiceField(TaskType.choices)
    priority = serializers.ChoiceField(Priority.choices)
    status = serializers.CharField(source="status.key")
    status_id = serializers.UUIDField()
    category = serializers.ChoiceField(Category.choices)
    is_complete = serializers.BooleanField()
    assignee_id = PublicId(source="assignee", allow_null=True)
    assignee = Person(allow_null=True)
    created_by = Person()
    workspace_id = PublicId(source="project.workspace")  # same value; the project is joined already
    project_id = serializers.UUIDField()
    project = ProjectOfTask()
    parent_id = serializers.UUIDField(allow_null=True)
    position = serializers.IntegerField()
    due_date = serializers.DateField(allow_null=True)
    due_time = serializers.TimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()
    abilities = Abilities(
        TASK_ABILITIES,
        in_project("project__", own=("created_by", "assignee")),
        project_standing,
    )
    truncated = Truncated()

    class Meta:
        model = Task
        also: ClassVar = {"projectId": "project_id", "assigneeId": "assignee_id"}


class TaskInProject(Document):
    """A task as shown inside its project."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    status = serializers.CharField(source="status.key")
    type = serializers.ChoiceField(TaskType.choices)
    priority = serializers.ChoiceField(Priority.choices)
    due_date = serializers.DateField(allow_null=True)
    projectId = serializers.UUIDField(source="project_id")  # noqa: N815 - the only spelling here
    assignee = PersonInList(allow_null=True)

    class Meta:
        model = Task


ProjectDocument.embed(
    "tasks",
    Many(
        TaskInProject,
        "project",
        lambda: Task.objects.filter(deleted_at=None),
        "-created_at",
        limits=Limits(most=1000, item=600, budget=2 * MEBIBYTE),
    ),
    on_request=True,
)


class Deleted(serializers.Serializer[Any]):
    """How many tasks were deleted."""

    deleted = serializers.IntegerField()
