"""`?dry_run=1`: every write answers as it would, tells its events, and stores nothing."""

import json
import re
from typing import Any

import pytest
from django.db import transaction

from activity.models import Event
from tests.matrix.asks import ASKS, Ask, one_each, view_of
from tests.matrix.places import Place, World
from tests.matrix.test_replays import programs_of, somebody_who_may
from tests.support.cast import Client
from tests.support.rights import filled
from tests.support.tables import everything

CHANGING = re.compile(
    rb"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}|\d{4}-\d\d-\d\dT[0-9:.]+(\+00:00|Z)|-[0-9a-f]{6}\b"
    rb"|whsec_[A-Za-z0-9+/=]+"
    rb"|(?<=/calendar/)[A-Za-z0-9_-]{43}"
)
"""Ids, times, secrets and the random ends of addresses: they are new each time."""
WRITES = [ask for ask in one_each(ASKS) if ask.method != "GET"]
WITHOUT = {
    "POST /api/unsubscribe/{way_out}",
    "POST /api/notifications/unsubscribe/{mail_link}",
    "POST /api/tasks/{task}/attachments",
    "DELETE /api/attachments/{attachment}",
    "POST /api/attachments/{attachment}/complete",
    "POST /api/attachments/{attachment}/restore",
    "PUT /api/files/{file}",
    "POST /api/workspaces/{workspace}/import-files",
    "DELETE /api/import-files/{import_file}",
    "POST /api/import-files/{import_file}/complete",
    "POST /api/import-files/{import_file}/preview",
    "POST /api/realtime/ticket",
    "POST /api/realtime/collaboration",
    "POST /api/realtime/pusher/auth",
}
"""Writes that do more than write to the database, or are no resource of these apps."""
KEY = {"Idempotency-Key": "once"}


@pytest.fixture
def place(world: World) -> Place:
    return world.own


def send(client: Client, ask: Ask, place: Place, query: str = "", **headers: str) -> Any:
    body = json.dumps(filled(ask.body, dict(place.ids)))
    path = ask.path.format(**place.ids) + query
    return client.generic(ask.method, path, body, "application/json", headers=headers)


def steady(body: bytes) -> Any:
    return json.loads(CHANGING.sub(b"new", body) or b'{"success":true,"data":null}')


def logged_since(events: int) -> list[tuple[str, str]]:
    found = Event.objects.order_by("id").exclude(entity="person").values_list("entity", "action")
    return list(found)[events:]


def check(client: Client, ask: Ask, place: Place, before: object) -> None:
    """A dry run changes nothing, and says what the request says and does after it."""
    events = len(logged_since(0))
    with transaction.atomic("attempts"):  # which are counted, and kept locked by a test
        tried = send(client, ask, place, f"{'&' if '?' in ask.path else '?'}dry_run=1", **KEY)
        transaction.set_rollback(True, using="attempts")
    assert everything() == before, ask
    done = send(client, ask, place, **KEY)
    assert not done.has_header("Idempotency-Replayed")
    assert (tried.get("Dry-Run"), done.get("Dry-Run")) == ("true", None), (ask, tried.content)
    assert tried.status_code == (200 if done.status_code == 204 else done.status_code)
    assert steady(tried.get("ETag", "").encode()) == steady(done.get("ETag", "").encode())
    told, shown = steady(tried.content), steady(done.content)
    meta = told.pop("meta")
    assert told == shown, ask
    followed = logged_since(events)
    assert [(each["entity"], each["action"]) for each in meta["events"]] == followed, ask
    assert meta["event_count"] == len(followed)


def test_every_write_answers_in_a_dry_run_as_it_does_after_it(world: World, place: Place) -> None:
    asks = [ask for ask in WRITES if ask.well < 300 and has_dry_run(ask)]
    assert len(asks) > 40
    clients = {who: programs_of(person) for who, person in world.people.items()}
    before = everything()
    for ask in asks:
        person = somebody_who_may(ask, world, place)
        with transaction.atomic():
            check(clients[person.name.lower()], ask, place, before)
            transaction.set_rollback(True)


def has_dry_run(ask: Ask) -> bool:
    known: bool = getattr(view_of(ask).cls, "has_dry_run", False)
    return known


def test_every_write_of_these_apps_has_dry_runs_but_for_a_button_in_mails() -> None:
    unequal = {f"{ask.method} {ask.path}" for ask in WRITES if not has_dry_run(ask)} ^ WITHOUT
    assert not unequal, f"{unequal}: set `has_dry_run` of the view, or enter it in WITHOUT"
