"""Changing many tasks with one request."""

from typing import Any, ClassVar
from uuid import UUID

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.api.fields import Choice, Input, OptionalDate, OptionalTime, Visible
from core.api.permissions import Can
from core.errors import NotFound, Refusal
from core.remembering import remembering
from projects.models import Priority, columns_of
from tasks.api.documents import TaskDocument
from tasks.api.inputs import LabelNames
from tasks.api.views import TaskViewSet
from tasks.models import MOST_MINUTES, Task, TaskType, labels_of
from tasks.rights import UPDATE_TASK
from tasks.services.bulk import MOST_TASKS_CHANGED, Change, change_tasks, result_of
from tasks.services.names import change_named


class BulkFields(Input):
    """What is changed of all of the tasks."""

    type = Choice(TaskType, required=False)
    priority = Choice(Priority, required=False)
    status = serializers.CharField(max_length=80, required=False)
    is_complete = serializers.BooleanField(required=False)
    assignee_id = Visible(User, source="assignee", required=False, allow_null=True)
    estimate_minutes = serializers.IntegerField(
        min_value=1, max_value=MOST_MINUTES, required=False, allow_null=True
    )
    start_date = OptionalDate()
    due_date = OptionalDate()
    due_time = OptionalTime()
    add_labels = LabelNames(required=False, help_text="Names or ids.")
    remove_labels = LabelNames(required=False, help_text="Names or ids.")

    class Meta:
        also: ClassVar = {"assignee": "assignee_id", "status_id": "status"}

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        if not values:
            raise serializers.ValidationError("Say what is to be changed.")
        return values


class BulkChange(Input):
    """Up to 500 tasks, by id, and what is changed of them: of all, or of those it can be."""

    task_ids = serializers.ListField(
        child=serializers.UUIDField(), min_length=1, max_length=MOST_TASKS_CHANGED
    )
    changes = BulkFields()
    is_atomic = serializers.BooleanField(default=True, help_text="Change all of them or none.")

    class Meta:
        also: ClassVar = {"atomic": "is_atomic"}


class BulkResult(serializers.Serializer[Any]):
    """One task: its version, or why it was not changed."""

    id = serializers.UUIDField()
    is_changed = serializers.BooleanField()
    version = serializers.IntegerField(required=False)
    code = serializers.CharField(required=False)
    message = serializers.CharField(required=False)


class BulkAnswer(serializers.Serializer[Any]):
    results = BulkResult(many=True)


class BulkTasks(TaskViewSet):
    """Many tasks at once."""

    document = TaskDocument
    inputs: ClassVar = {"bulk": BulkChange}
    outputs: ClassVar = {"bulk": BulkAnswer}
    action_permissions: ClassVar = {"bulk": Can(UPDATE_TASK)}

    def bulk(self, request: Request) -> Response:
        """Change many tasks: all of them or none, or with `is_atomic` false those that can be."""
        asked = self.read_input()
        is_atomic, named = asked["is_atomic"], list(dict.fromkeys(asked["task_ids"]))
        found = self._visible(named)
        unseen = [pk for pk in named if pk not in found]
        if unseen and is_atomic:
            self.find(Task, str(unseen[0]))  # raises NotFound, or why it is hidden
        refused: dict[UUID, Refusal] = {pk: NotFound() for pk in unseen}
        changes: list[Change] = []
        with remembering(columns_of, labels_of):
            for task in found.values():
                try:
                    self.check_object_permissions(request, task)
                    changes.append(change_named(task, dict(asked["changes"])))
                except Refusal as refusal:
                    if is_atomic:
                        raise
                    refused[task.pk] = refusal
        tasks, late = change_tasks(actor=self.actor, wanted=changes, is_atomic=is_atomic)
        results = {pk: result_of(pk, why) for pk, why in {**refused, **late}.items()}
        for task in tasks:
            shown = {"id": str(task.pk), "is_changed": True, "version": task.version}
            results[task.pk] = shown
        return Response({"results": [results[pk] for pk in named]})

    def _visible(self, named: list[UUID]) -> dict[UUID, Task]:
        """Those of the tasks that the person may read, in the order in which they are named."""
        visible = Task.objects.visible_to(self.actor).with_standing_of(self.actor)
        found = {task.pk: task for task in visible.filter(pk__any_of=named).defer("description")}
        return {pk: found[pk] for pk in named if pk in found}
