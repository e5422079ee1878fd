"""What a person's export holds of tasks: those they may still read, without other people."""

from django.db.models import F
from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.actor import Actor
from core.documents.expressions import Hyphenated
from core.documents.fields import Computed, Document, PublicId
from core.documents.truncation import LongText
from projects.models import Priority
from tasks.models import Task, TaskType


class OwnTask(Document):
    id = serializers.UUIDField()
    key = Computed(lambda path: Hyphenated(F(f"{path}project__key"), F(f"{path}number")))
    workspace_id = PublicId(source="workspace")
    project_id = serializers.UUIDField()
    title = serializers.CharField()
    description = LongText()
    type = serializers.ChoiceField(TaskType.choices)
    priority = serializers.ChoiceField(Priority.choices)
    status = serializers.CharField(source="status.key")
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
contribute(
    "tasks_assigned",
    OwnTask,
    lambda person: Task.objects.visible_to(Actor(user=person)).filter(assignee=person),
)
