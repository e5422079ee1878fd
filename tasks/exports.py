"""What a person's export holds of tasks: those they may still read, without other people."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.actor import Actor
from core.documents.fields import Computed, Document, PublicId
from core.documents.truncation import LongText
from projects.models import Priority
from tasks.api.documents import task_key
from tasks.models import SavedFilter, Task, TaskMention, TaskType, Watcher


class OwnTask(Document):
    id = serializers.UUIDField()
    key = Computed(task_key)
    workspace_id = PublicId(source="workspace")
    project_id = serializers.UUIDField()
    title = serializers.CharField()
    description = LongText()
    type = serializers.ChoiceField(TaskType.choices)
    priority = serializers.ChoiceField(Priority.choices)
    status = serializers.CharField(source="status.key")
    estimate_minutes = serializers.IntegerField(allow_null=True)
    start_date = serializers.DateField(allow_null=True)
    due_date = serializers.DateField(allow_null=True)
    due_time = serializers.TimeField(allow_null=True)
    completed_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        model = Task


contribute(
    "tasks_created",
    OwnTask,
    lambda person: Task.objects.visible_to(Actor(user=person)).filter(created_by=person),
)


class WatchedTask(Document):
    """A task that somebody follows."""

    task_id = serializers.UUIDField()
    key = Computed(lambda path: task_key(f"{path}task__"))
    watched_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = Watcher


contribute(
    "tasks_watched",
    WatchedTask,
    lambda person: Watcher.objects.filter(
        user=person, task__in=Task.objects.visible_to(Actor(user=person))
    ),
)
contribute(
    "tasks_assigned",
    OwnTask,
    lambda person: Task.objects.visible_to(Actor(user=person)).filter(assignee=person),
)


class OwnFilter(Document):
    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    project_id = serializers.UUIDField()
    name = serializers.CharField()
    parameters = serializers.DictField()
    is_shared = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    class Meta:
        model = SavedFilter


contribute(
    "saved_filters",
    OwnFilter,
    lambda person: SavedFilter.objects.visible_to(Actor(user=person)).filter(owner=person),
)


class OwnTaskMention(Document):
    """A task whose description names the person."""

    task_id = serializers.UUIDField()
    created_at = serializers.DateTimeField()

    class Meta:
        model = TaskMention


contribute("task_mentions", OwnTaskMention, lambda person: TaskMention.objects.filter(user=person))
