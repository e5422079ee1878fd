"""What people saw, kept to be compared with what `?as_of=` answers later."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import connection

from tasks.api.past import NOT_LOGGED, NOT_SHOWN
from tests.support.cast import Client
from tests.support.log import number_events

Facts = dict[str, Any]


def clock() -> datetime:
    """The time at the database, once all events have their numbers."""
    number_events()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
        return moment


def as_of(moment: datetime, **more: Any) -> str:
    """The query that asks for this moment."""
    return urlencode({"as_of": moment.isoformat(), **more})


def task_seen(client: Client, task: Any) -> Facts | None:
    """Today's document without what the past does not have; None if there is none."""
    answer = client.get(f"/api/tasks/{task}").json()
    if not answer["success"]:
        return None
    shown: Facts = answer["data"]
    for name in NOT_SHOWN:
        shown.pop(name, None)
    shown["labels"] = sorted(shown["labels"], key=lambda label: (label["name"], label["id"]))
    shown["abilities"] = dict.fromkeys(shown["abilities"], False)
    return shown | dict.fromkeys(NOT_LOGGED)


def board_seen(client: Client, project: Any) -> Facts:
    """Today's board without what the past does not have."""
    board: Facts = client.ask("GET", f"/api/projects/{project}/board?limit=200")["data"]
    names = {label["id"]: (label["name"], label["id"]) for label in board["labels"]}
    for column in board["columns"]:
        column["version"] = None
        for card in column["tasks"]:
            card.update(dict.fromkeys(NOT_LOGGED))
            card["label_ids"].sort(key=names.__getitem__)
    board["labels"].sort(key=lambda label: (label["name"], label["id"]))
    return board


def parents_of(shown: Facts) -> list[Facts]:
    """All of the documents that name a parent."""
    cards = [card for column in shown.get("columns", ()) for card in column["tasks"]]
    return cards or [shown]


def without_hidden_parents(shown: Facts, seen: set[str]) -> Facts:
    """The same without parents that are gone today."""
    for each in parents_of(shown):
        if each.get("parent_id") not in seen:
            each["parent_id"] = None
    return shown
