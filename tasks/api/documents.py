"""Tasks as shown."""

from typing import Any, ClassVar

from django.db.models import F, OuterRef
from rest_framework import serializers

from accounts.api.documents import People, Person, PersonInList
from core.api.abilities import Abilities
from core.documents.expressions import Hyphenated, RowCount
from core.documents.fields import Computed, Derived, Document, PublicId
from core.documents.html import Html
from core.documents.pages import MEBIBYTE
from core.documents.truncation import Limits, LongText, Many, Truncated
from projects.api.abilities import in_project, project_standing
from projects.api.documents import ProjectDocument
from projects.models import Category, Priority, Project, ProjectStatus
from tasks.models import (
    FINISHED,
    Interval,
    Label,
    Task,
    TaskLabel,
    TaskMention,
    TaskType,
    Watcher,
)
from tasks.rights import TASK_ABILITIES
from tasks.services.labels import MOST_LABELS_OF_TASK

RECURRENCE = {
    "description": "After which interval the task repeats once it is done.",
    "type": ["object", "null"],
    "required": ["every", "unit"],
    "properties": {
        "every": {"type": "integer"},
        "unit": {"type": "string", "enum": Interval.values},
    },
}
NUMBER = {"type": "integer"}
PROGRESS = {
    "description": "The sub-tasks of the task, and how many per cent of them are complete.",
    "type": "object",
    "required": ["total", "complete", "percent"],
    "properties": {"total": NUMBER, "complete": NUMBER, "percent": {"type": ["integer", "null"]}},
}


def task_key(path: str) -> Hyphenated:
    """The key of the task at `path`, such as `ENG-123`."""
    return Hyphenated(F(f"{path}project__key"), F(f"{path}number"))


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
    key = Computed(task_key)
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
    is_blocked = serializers.BooleanField(help_text="Whether an open task blocks it.")
    parent_id = serializers.UUIDField(allow_null=True)
    position = serializers.IntegerField()
    estimate_minutes = serializers.IntegerField(allow_null=True)
    start_date = serializers.DateField(allow_null=True)
    due_date = serializers.DateField(allow_null=True)
    due_time = serializers.TimeField(allow_null=True)
    recurrence = Derived(
        lambda every, unit: {"every": every, "unit": unit} if every else None,
        lambda path: [F(f"{path}repeat_every"), F(f"{path}repeat_unit")],
        RECURRENCE,
    )
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


TaskDocument.embed("description_html", Html("description"), on_request=True, asked_by="html")


class LabelDocument(Document):
    """A label of a project."""

    id = serializers.UUIDField()
    project_id = serializers.UUIDField()
    name = serializers.CharField()
    color = serializers.CharField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Label


class LabelOfTask(Document):
    """A label as shown inside a task."""

    id = serializers.UUIDField(source="label_id")
    name = serializers.CharField(source="label.name")
    color = serializers.CharField(source="label.color")

    class Meta:
        model = TaskLabel


class WatcherDocument(Document):
    """Who follows a task, and since when."""

    id = serializers.UUIDField()
    user_id = PublicId(source="user")
    user = Person()
    watched_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Watcher


def _subtasks(path: str, **narrowed: Any) -> RowCount:
    rows = Task.objects.filter(parent=OuterRef(f"{path}pk"), deleted_at=None, **narrowed)
    return RowCount(rows.values("pk"))


def _progress(total: int, complete: int) -> dict[str, Any]:
    percent = 100 * complete // total if total else None
    return {"total": total, "complete": complete, "percent": percent}


TaskDocument.embed(
    "subtasks",
    Derived(
        _progress,
        lambda path: [_subtasks(path), _subtasks(path, category__in=FINISHED)],
        PROGRESS,
    ),
    on_request=True,
)
# In lists on request only: it is a sub-query for each of their rows.
TaskDocument.embed(
    "mentions",
    People(
        lambda task: TaskMention.objects.filter(task=task),
        help_text="The people its description names who may read it.",
    ),
    on_request=True,
)
TaskDocument.embed(
    "labels",
    Many(
        LabelOfTask,
        "task",
        TaskLabel.objects.all,
        limits=Limits(most=MOST_LABELS_OF_TASK, item=300, budget=MEBIBYTE),
    ),
    on_request=True,
)


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


class FoundTask(Document):
    """A task as a search shows it: without its description."""

    id = serializers.UUIDField()
    key = Computed(task_key)
    number = serializers.IntegerField()
    title = serializers.CharField()
    type = serializers.ChoiceField(TaskType.choices)
    priority = serializers.ChoiceField(Priority.choices)
    status = serializers.CharField(source="status.key")
    category = serializers.ChoiceField(Category.choices)
    is_complete = serializers.BooleanField()
    assignee = PersonInList(allow_null=True)
    workspace_id = PublicId(source="project.workspace")
    project_id = serializers.UUIDField()
    due_date = serializers.DateField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Task


class Piece(serializers.Serializer[Any]):
    """A part of a text; `hit` says whether it is a word that was looked for."""

    text = serializers.CharField()
    hit = serializers.BooleanField()


class Match(serializers.Serializer[Any]):
    """A title, or the part of a description or comment with a word that was looked for."""

    field = serializers.ChoiceField(["title", "description", "comment"])
    pieces = Piece(many=True)


class MatchedTask(serializers.Serializer[Any]):
    """A task that was found, with what was found in it."""

    task = FoundTask()
    matches = Match(many=True)


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
