"""The log of events, as tests read it."""

from typing import Any

from django.db.models import Model

from activity.models import Event, TextChange


def log_of(row: Model) -> list[tuple[str, Any, dict[str, Any]]]:
    """(action, actor's id, changes) of everything that happened to the row, oldest first.

    What happened to a person is recorded again in workspaces that show them, and here once.
    """
    events = Event.objects.filter(entity_id=row.pk).order_by("created_at", "id")
    events = events.exclude(entity="person", workspace_id__isnull=False)
    return list(events.values_list("action", "actor_id", "changes"))


def edits_of(row: Model) -> dict[str, Any]:
    """How the long texts of the row changed the last time, by field."""
    changes = TextChange.objects.filter(event__entity_id=row.pk).order_by("created_at", "id")
    return dict(changes.values_list("field", "edits"))
