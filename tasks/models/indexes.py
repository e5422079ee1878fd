"""The indexes from which lists of tasks are read."""

from django.db import models
from django.db.models import Q

from core.models import UNPURGED

FILTERED = (
    *("status", "type", "priority", "assignee", "due_date", "is_blocked", "pending_due"),
    *("planned_from", "planned_until"),
    *("created_at", "updated_at", "created_by"),
)
"""What lists of tasks are filtered by: category and `is_complete` follow from the status."""


def _live(name: str, *fields: str) -> models.Index:
    """An index of the tasks that are not deleted."""
    return models.Index(fields=fields, name=name, condition=Q(deleted_at=None))


def _ordered(name: str, *order: str) -> models.Index:
    """An index from which a project's tasks are read in this order.

    PostgreSQL compares what lists are filtered by in the index itself, so that it reads no task
    that a list does not show.
    """
    named = {field.removeprefix("-") for field in order}
    return _live(name, "project", *order, *(field for field in FILTERED if field not in named))


INDEXES = [
    models.Index(fields=["deleted_at"], name="tasks_to_purge", condition=UNPURGED),
    models.Index(
        fields=["project", "deleted_at"],
        name="deleted_tasks_by_project",
        condition=Q(deleted_at__isnull=False),
    ),
    _ordered("live_tasks_by_age", "-created_at", "-id"),
    _ordered("live_tasks_by_change", "updated_at", "id"),
    _ordered("live_tasks_by_number", "number", "id"),
    _ordered("live_tasks_by_title", "title", "id"),
    _ordered("live_tasks_by_due_order", "due_order", "id"),
    _ordered("live_tasks_by_priority", "priority_order", "id"),
    _live("live_tasks_by_assignee", "assignee", "project"),
    _live("live_tasks_by_type", "project", "type", "priority"),
    _live("live_tasks_by_due_date", "project", "due_date"),
    _live("live_tasks_by_plan", "project", "planned_until", "planned_from"),
    models.Index(
        fields=["project", "completed_at"],
        name="live_tasks_by_completion",
        condition=Q(deleted_at=None, completed_at__isnull=False),
    ),
    _live("live_tasks_by_creator", "created_by", "project"),
    _live("live_tasks_by_recency", "workspace", "updated_at", "id"),
    models.Index(
        fields=["assignee", "pending_due", "id", "workspace", "type", "priority"],
        name="open_tasks_by_due_date",
        condition=Q(deleted_at=None, is_complete=False),
    ),
    models.Index(
        fields=["project"],
        name="live_blocked_tasks",
        condition=Q(deleted_at=None, is_blocked=True),
    ),
]
