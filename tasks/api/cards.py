"""The board of a project as shown: columns with cards."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from core.documents.fields import Computed, Document, PublicId
from projects.models import Category, Priority, Status
from tasks.api.documents import task_key
from tasks.models import Task, TaskType


class TaskCard(Document):
    """A task on the board; a GET of the task shows the rest."""

    id = serializers.UUIDField()
    key = Computed(task_key)
    number = serializers.IntegerField()
    title = serializers.CharField()
    type = serializers.ChoiceField(TaskType.choices)
    priority = serializers.ChoiceField(Priority.choices)
    status_id = serializers.UUIDField()
    is_complete = serializers.BooleanField()
    assignee_id = PublicId(source="assignee", allow_null=True)
    is_blocked = serializers.BooleanField()
    parent_id = serializers.UUIDField(allow_null=True)
    position = serializers.IntegerField()
    estimate_minutes = serializers.IntegerField(allow_null=True)
    start_date = serializers.DateField(allow_null=True)
    due_date = serializers.DateField(allow_null=True)
    updated_at = serializers.DateTimeField()
    version = serializers.IntegerField()

    class Meta:
        model = Task


class LabelledCard(TaskCard):
    label_ids = serializers.ListField(child=serializers.UUIDField())


class PersonOnBoard(Document):
    id = PublicId()
    name = serializers.CharField()
    image = serializers.CharField(source="avatar_url")

    class Meta:
        model = User


class LabelOnBoard(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    color = serializers.CharField()


class BoardColumn(Document):
    id = serializers.UUIDField()
    key = serializers.CharField()
    name = serializers.CharField()
    color = serializers.CharField()
    position = serializers.IntegerField()
    category = serializers.ChoiceField(Category.choices)
    is_default = serializers.BooleanField()
    wip_limit = serializers.IntegerField(allow_null=True)
    version = serializers.IntegerField()

    class Meta:
        model = Status


class FilledColumn(BoardColumn):
    """A column with its first tasks; `count` is how many of its tasks pass the filters.

    `is_over_limit` says whether it has more tasks than `wip_limit`, whatever the filters.
    """

    count = serializers.IntegerField()
    is_over_limit = serializers.BooleanField()
    tasks = LabelledCard(many=True)


class Board(serializers.Serializer[Any]):
    """Columns with their first tasks, and the people and labels these name."""

    columns = FilledColumn(many=True)
    people = PersonOnBoard(many=True)
    labels = LabelOnBoard(many=True)
