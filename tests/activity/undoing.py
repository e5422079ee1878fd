"""Undoing events, as tests ask for it."""

from typing import Any

from django.db.models import Model

from accounts.models import User
from activity.models import Event
from tests.support.cast import client_of
from tests.support.log import number_events


def newest(row: Model, action: str = "") -> Event:
    """The newest event of the row, or the newest one of this action, numbered."""
    number_events()
    events = Event.objects.filter(entity_id=row.pk, seq__isnull=False)
    wanted = events.filter(action=action) if action else events
    event: Event = wanted.latest("seq")
    return event


def undo(person: User | None, event: Event, *, status: int = 200, key: str = "") -> Any:
    """The body of the answer to this person."""
    number_events()
    path, headers = f"/api/events/{event.pk}/undo", {"Idempotency-Key": key} if key else {}
    return client_of(person).ask("POST", path, status=status, **headers)


def undone(person: User, row: Model, action: str = "") -> list[tuple[str, Any]]:
    """Undo the newest event of the row; the actions and the changes of the new events."""
    answer = undo(person, newest(row, action))
    return [(event["action"], event["changes"]) for event in answer["data"]]


def refusal(person: User | None, event: Event, *, status: int = 409) -> str:
    """The code with which the person is refused."""
    return str(undo(person, event, status=status)["code"])


def superseding(person: User, event: Event) -> list[tuple[str, str | None, list[str]]]:
    """Action, actor's name and fields of the events that are said to stand on this one."""
    answer = undo(person, event, status=409)
    assert answer["code"] == "superseded"
    return [
        (each["action"], each["actor"] and each["actor"]["name"], each["fields"])
        for each in answer["events"]
    ]
