"""Bodies about tasks."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import User
from core.api.fields import Choice, Input, Name, OptionalDate, OptionalText, OptionalTime, Visible
from core.api.sizes import LONGEST_VALUE
from projects.models import Priority
from tasks.models import TaskType


class Assignee(Visible):
    """A person visible to the person asking, or the present assignee, who may have left."""

    def to_internal_value(self, data: Any) -> Any:
        task = self.context.get("task")
        holder = task.assignee if task else None
        if holder and data in (holder.public_id, str(holder.pk)):
            return holder
        return super().to_internal_value(data)


class TaskFields(Input):
    """The fields of a task that can be given on creation and changed later."""

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
    """A new task with its project's id in the body."""

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
