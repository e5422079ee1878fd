"""How many tasks of a list have each status, assignee, priority or type."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from rest_framework import serializers

from core.api.envelope import Answer
from core.api.filters import RestorableWanted
from core.documents.selection import Selection, select

COLUMNS = {
    "status": "status__key",
    "assignee": "assignee__public_id",
    "priority": "priority",
    "type": "type",
}
MOST_GROUPS = 200
MOST_COUNTED = 50_000
"""Of more tasks the newest are counted: each takes a microsecond."""
COUNTED = "({values}) AS counted (value) GROUP BY value ORDER BY 2 DESC, 1 LIMIT %s"
GROUP = {
    "type": "object",
    "required": ["value", "count"],
    "properties": {"value": {"type": ["string", "null"]}, "count": {"type": "integer"}},
}
GROUPS_SCHEMA = {
    "groups": {"type": "array", "items": GROUP},
    "groups_capped": {"type": "boolean"},
}


class ListAsked(RestorableWanted):
    """What a list of a project's tasks shows besides."""

    group = serializers.ChoiceField(
        list(COLUMNS),
        required=False,
        help_text="Adds `meta.groups`, the largest first. `meta.groups_capped` says that more match"
        f" than are counted: the newest {MOST_COUNTED:,} are.",
    )


def with_groups(answer: Answer, tasks: QuerySet[Any] | Selection, group: str) -> Answer:
    """The answer with how many of all tasks of the list, on any page, have each value."""
    rows = tasks.as_queryset() if isinstance(tasks, Selection) else tasks
    newest = rows.order_by("-created_at", "-pk").values_list(COLUMNS[group])[:MOST_COUNTED]
    counts = _counts(newest)
    groups = {
        "groups": [{"value": value, "count": count} for value, count, _ in counts],
        "groups_capped": any(total >= MOST_COUNTED for *_, total in counts),
    }
    return Answer(answer.data, answer.message, {**(answer.meta or {}), **groups})


def _counts(values: QuerySet[Any]) -> list[tuple[Any, int, int]]:
    """Each value, how many rows have it, and how many rows there are in all."""
    try:
        sql, params = values.query.sql_with_params()
    except EmptyResultSet:
        return []
    columns, counted = "value, count(*), sum(count(*)) OVER ()", COUNTED.format(values=sql)
    with connection.cursor() as cursor:
        cursor.execute(select(columns, counted), (*params, MOST_GROUPS))
        return list(cursor.fetchall())
