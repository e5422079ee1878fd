"""The numbers of events: what lists depend on, because every change they show is an event."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from activity.models import Event, EventCounter

NUMBER_NOW = "SET CONSTRAINTS number_event IMMEDIATE; SET CONSTRAINTS number_event DEFERRED"


def last_number(_: Any, workspace: Any) -> QuerySet[EventCounter, Any]:
    """The number of the workspace's last event."""
    return EventCounter.objects.filter(pk=workspace).values_list("last_seq")


def numbered(events: Sequence[Event]) -> list[Event]:
    """The new events with the numbers that the commit would give them, in their order.

    The counter of their workspace is locked from now on: only what ends a request may call this.
    """
    with connection.cursor() as cursor:
        cursor.execute(NUMBER_NOW)
    return list(Event.objects.filter(pk__in=[event.pk for event in events]).order_by("seq"))
