"""Bodies about tasks."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import User
from core.api.fields import Choice, Input, Name, OptionalDate, OptionalText, OptionalTime, Visible
from core.api.sizes import LONGEST_VALUE
from projects.models import MOST_TASKS, Priority
from tasks.models import MOST_INTERVALS, MOST_MINUTES, Interval, Task, TaskType
from tasks.services.labels import MOST_LABELS_OF_TASK


class Assignee(Visible):
    """A person visible to the person asking, or the present assignee, who may have left."""

    def to_internal_value(self, data: Any) -> Any:
        task = self.context.get("task")
        holder = task.assignee if task else None
        if holder and data in (holder.public_id, str(holder.pk)):
            return holder
        return super().to_internal_value(data)


class LabelNames(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        name = serializers.CharField(max_length=50)
        super().__init__(child=name, max_length=MOST_LABELS_OF_TASK, **options)


class Recurrence(Input):
    """After how many days, weeks or months the task is due again."""

    every = serializers.IntegerField(min_value=1, max_value=MOST_INTERVALS)
    unit = Choice(Interval)


class TaskFields(Input):
    """The fields of a task that can be given on creation and changed later."""

    title = Name(max_length=255)
    description = OptionalText(max_length=50_000)
    type = Choice(TaskType, required=False)
    priority = Choice(Priority, required=False)
    status = serializers.CharField(max_length=80, required=False)
    is_complete = serializers.BooleanField(required=False)
    assignee_id = Assignee(User, source="assignee", required=False, allow_null=True)
    parent_id = Visible(Task, source="parent", required=False, allow_null=True)
    labels = LabelNames(required=False, help_text="Names or ids of labels of the project.")
    estimate_minutes = serializers.IntegerField(
        min_value=1, max_value=MOST_MINUTES, required=False, allow_null=True
    )
    start_date = OptionalDate()
    due_date = OptionalDate()
    due_time = OptionalTime()
    recurrence = Recurrence(
        required=False, allow_null=True, help_text="Once the task is done, the next one is made."
    )

    class Meta:
        also: ClassVar = {
            "assignee": "assignee_id",
            "status_id": "status",
            "parent": "parent_id",
            "label_ids": "labels",
        }

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """With the two columns of `recurrence` in place of it."""
        if "recurrence" in values:
            repeats = values.pop("recurrence") or {"every": None, "unit": ""}
            values |= {"repeat_every": repeats["every"], "repeat_unit": repeats["unit"]}
        return values


class NewTask(TaskFields):
    pass


class NewTaskIn(TaskFields):
    """A new task with its project's id in the body."""

    project_id = serializers.CharField(max_length=LONGEST_VALUE)

    class Meta(TaskFields.Meta):
        also: ClassVar = {**TaskFields.Meta.also, "project": "project_id"}


class TaskChanges(TaskFields):
    title = Name(max_length=255, required=False)

    class Meta(TaskFields.Meta):
        logged_as: ClassVar = {"is_complete": "status"}


class NextStatus(Input):
    status = serializers.CharField(max_length=80)

    class Meta:
        also: ClassVar = {"status_id": "status"}


class NewPlace(Input):
    """Where a task is to stand: in which column, and beside which task; else last.

    One of `after_id`, `before_id` and `order` at most.
    """

    status = serializers.CharField(max_length=80, required=False)
    after_id = Visible(Task, source="after", required=False, allow_null=True)
    before_id = Visible(Task, source="before", required=False, allow_null=True)
    order = serializers.IntegerField(
        min_value=0, max_value=MOST_TASKS, required=False, help_text="0 is the top of the column."
    )

    class Meta:
        also: ClassVar = {
            "status_id": "status",
            "after": "after_id",
            "before": "before_id",
        }

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        given = [name for name in ("after", "before", "order") if values.get(name) is not None]
        if len(given) > 1:
            raise serializers.ValidationError({given[1]: ["Give one place only."]})
        return values


class TasksNamed(Input):
    """Up to 200 tasks, by id."""

    task_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=200)
