"""What a dashboard shows, and what it can be asked for."""

from typing import Any

from rest_framework import serializers

from core.api.fields import AnyId
from dashboards.services.charts import Chart
from dashboards.services.numbers import MOST_WEEKS, USUAL_WEEKS
from projects.models import Category, Priority
from tasks.api.cards import PersonOnBoard


class StatusCount(serializers.Serializer[Any]):
    status = serializers.CharField()
    category = serializers.ChoiceField(Category.choices)
    count = serializers.IntegerField()


class PriorityCount(serializers.Serializer[Any]):
    priority = serializers.ChoiceField(Priority.choices)
    count = serializers.IntegerField()


class AssigneeCount(serializers.Serializer[Any]):
    """Without an assignee, tasks that nobody has."""

    assignee = PersonOnBoard(allow_null=True)
    count = serializers.IntegerField()


class Flow(serializers.Serializer[Any]):
    """How many tasks each category had at the end of the week."""

    TODO = serializers.IntegerField()
    IN_PROGRESS = serializers.IntegerField()
    DONE = serializers.IntegerField()
    CLOSED = serializers.IntegerField()


class Week(serializers.Serializer[Any]):
    """A week from Monday in UTC; `scope` and `completed` are tasks at its end, or now.

    `throughput` is how many tasks were completed in it, and have not been reopened.
    """

    start = serializers.DateField()
    throughput = serializers.IntegerField()
    flow = Flow()
    scope = serializers.IntegerField()
    completed = serializers.IntegerField()


class CycleTime(serializers.Serializer[Any]):
    """From the beginning of work to completion, of the tasks completed last in these weeks."""

    tasks = serializers.IntegerField()
    median_hours = serializers.FloatField(allow_null=True)
    p85_hours = serializers.FloatField(allow_null=True)


class Dashboard(serializers.Serializer[Any]):
    """How many tasks there are, those of priorities and assignees only if they are open."""

    total = serializers.IntegerField()
    open = serializers.IntegerField()
    completed = serializers.IntegerField()
    overdue = serializers.IntegerField()
    by_status = StatusCount(many=True)
    by_priority = PriorityCount(many=True)
    by_assignee = AssigneeCount(many=True)
    weeks = Week(many=True)
    cycle_time = CycleTime()


class Weeks(serializers.Serializer[Any]):
    weeks = serializers.IntegerField(
        min_value=1, max_value=MOST_WEEKS, default=USUAL_WEEKS, help_text="How many are shown."
    )


class OfWorkspace(Weeks):
    workspace = AnyId(help_text="The id of the workspace.")


class Kind(Weeks):
    kind = serializers.ChoiceField(Chart.choices, help_text="What is shown of each week.")


class KindOfWorkspace(Kind, OfWorkspace):
    pass
