"""Tasks as shown, and the bodies that change them."""

from typing import Any, ClassVar

from django.db.models import F
from rest_framework import serializers

from accounts.api.documents import Person, PersonInList
from accounts.models import User
from core.api.abilities import Abilities
from core.api.fields import Choice, Input, Name, OptionalDate, OptionalText, OptionalTime, Visible
from core.api.sizes import LONGEST_VALUE
from core.documents.expressions import Hyphenated
from core.documents.fields import Computed, Document, PublicId
from core.documents.pages import MEBIBYTE
from core.documents.truncation import LongText, Many, Truncated
from projects.api.abilities import in_project, project_standing
from projects.api.documents import ProjectDocument
from projects.models import Category, Priority, Project, ProjectStatus
from tasks.models import Task, TaskType
from tasks.rights import TASK_ABILITIES


class ProjectOfTask(Document):
    """What a task says of its project."""

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
    """A task; `key` is how people call it, `status` the key of its column."""

    id = serializers.UUIDField()
    key = Computed(lambda at: Hyphenated(F(f"{at}project__key"), F(f"{at}number")))
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
    workspace_id = PublicId(source="project.workspace")  # the same one, joined already
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
        "task",
        TASK_ABILITIES,
        in_project("project__", own=("created_by", "assignee")),
        project_standing,
    )
    truncated = Truncated()

    class Meta:
        model = Task
        also: ClassVar = {"projectId": "project_id", "assigneeId": "assignee_id"}


class TaskInProject(Document):
    """A task as its project shows it."""

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
        lambda project: Task.objects.filter(project=project, deleted_at=None),
        "-created_at",
        most=1000,
        item=600,
        budget=2 * MEBIBYTE,
    ),
    on_request=True,
)


class Assignee(Visible):
    """Somebody the person asking may see, or whoever has the task: they may have left since."""

    def to_internal_value(self, data: Any) -> Any:
        task = self.context.get("task")
        holder = task.assignee if task else None
        if holder and data in (holder.public_id, str(holder.pk)):
            return holder
        return super().to_internal_value(data)


class TaskFields(Input):
    """What may be said about a task, on creation and later."""

    title = Name(max_length=255)
    description = OptionalText(max_length=50_000)
    type = Choice(TaskType, required=False)
    priority = Choice(Priority, required=False)
    status = serializers.CharField(max_length=80, required=False)
    is_complete = serializers.BooleanField(required=False)
    assignee_id = Assignee(User, source="assignee", required=False, allow_null=True)
    due_date = OptionalDate()
    due_time = OptionalTime()

    class Meta:
        also: ClassVar = {"assignee": "assignee_id", "status_id": "status"}


class NewTask(TaskFields):
    pass


class NewTaskIn(TaskFields):
    """The same, with the project named in the body."""

    project_id = serializers.CharField(max_length=LONGEST_VALUE)

    class Meta(TaskFields.Meta):
        also: ClassVar = {**TaskFields.Meta.also, "project": "project_id"}


class TaskChanges(TaskFields):
    title = Name(max_length=255, required=False)


class NextStatus(Input):
    status = serializers.CharField(max_length=80)

    class Meta:
        also: ClassVar = {"status_id": "status"}


class TasksNamed(Input):
    """Up to 200 tasks, by id."""

    task_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=200)


class Deleted(serializers.Serializer[Any]):
    """How many tasks went."""

    deleted = serializers.IntegerField()
