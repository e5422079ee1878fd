"""How many tasks of a list have each status, assignee, priority or type."""

from typing import Any

from django.db.models import Count, QuerySet
from rest_framework import serializers

from core.api.envelope import Answer
from core.api.filters import RestorableWanted
from core.documents.selection import Selection

COLUMNS = {
    "status": "status__key",
    "assignee": "assignee__public_id",
    "priority": "priority",
    "type": "type",
}
MOST_GROUPS = 200
GROUP = {
    "type": "object",
    "required": ["value", "count"],
    "properties": {"value": {"type": ["string", "null"]}, "count": {"type": "integer"}},
}
GROUPS_SCHEMA = {"groups": {"type": "array", "items": GROUP}}


class ListAsked(RestorableWanted):
    """What a list of a project's tasks shows besides."""

    group = serializers.ChoiceField(
        list(COLUMNS), required=False, help_text="Adds `meta.groups`, the largest first."
    )


def with_groups(answer: Answer, tasks: QuerySet[Any] | Selection, group: str) -> Answer:
    """The answer with how many of all tasks of the list, on any page, have each value."""
    rows = tasks.as_queryset() if isinstance(tasks, Selection) else tasks
    column = COLUMNS[group]
    counted = rows.values(column).annotate(count=Count("pk")).order_by("-count", column)
    groups = [{"value": row[column], "count": row["count"]} for row in counted[:MOST_GROUPS]]
    return Answer(answer.data, answer.message, {**(answer.meta or {}), "groups": groups})
