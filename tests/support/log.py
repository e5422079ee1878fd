"""The log of events, as tests read it."""

from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Model

from accounts.models import User
from activity.models import Event, TextChange
from tests.support.cast import client_of
from workspaces.models import Workspace


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


def number_events() -> None:
    """Give the events of this transaction their numbers, as its commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS number_event IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def told(person: User, path: str) -> list[dict[str, Any]]:
    """The events that a list shows the person, once all are numbered."""
    number_events()
    found: list[dict[str, Any]] = client_of(person).ask("GET", path)["data"]
    return found


def activity_of(person: User, workspace: Workspace, **more: Any) -> list[dict[str, Any]]:
    """The newest 200 events of the workspace, for the person."""
    asked = {"workspace": workspace.pk, "limit": 200, **more}
    return told(person, f"/api/activity?{urlencode(asked)}")


def sentences_of(person: User, workspace: Workspace, **more: Any) -> list[str]:
    return [event["sentence"] for event in activity_of(person, workspace, **more)]
