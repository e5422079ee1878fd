"""The numbers of events: what lists depend on, because every change they show is an event."""

from typing import Any

from django.db.models import QuerySet

from activity.models import EventCounter


def last_number(_: Any, workspace: Any) -> QuerySet[EventCounter, Any]:
    """The number of the workspace's last event."""
    return EventCounter.objects.filter(pk=workspace).values_list("last_seq")
