"""Test events, the log of deliveries, and sending again what was missed."""

from typing import Any
from uuid import uuid4

import pytest

from activity.models import Event
from outbox.models import State
from tasks.models import Task
from tasks.services.tasks import update_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.log import number_events
from tests.webhooks.hooks import Hook, hook_to, queued, rest_over, send_all, send_until_sent
from tests.webhooks.peer import Peer

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(cast: Cast, task: Task) -> Task:
    """A task that was there before the webhook."""
    return task


@pytest.fixture
def ada(cast: Cast) -> Client:
    return client_of(cast.ada)


def rename(cast: Cast, task: Task, times: int = 1) -> list[Event]:
    """The numbered events."""
    for n in range(times):
        update_task(actor=by(cast.lea), task=task, changes={"title": f"Oil {n} gears"})
    number_events()
    return list(Event.objects.filter(action="updated", entity="task").order_by("seq"))[-times:]


def ids(peer: Peer) -> list[str]:
    return [heard.headers["webhook-id"] for heard in peer.heard]


def test_a_test_event_is_posted(ada: Client, known: Task, hook: Hook, peer: Peer) -> None:
    """Even to a webhook that is disabled."""
    ada.ask("PATCH", hook.path, {"is_enabled": False})
    made = ada.ask("POST", f"{hook.path}/test", status=201)["data"]
    assert (made["state"], made["type"], made["attempts"]) == ("PENDING", "webhook.test", 0)
    assert (made["status_code"], made["body_head"]) == (None, None)
    send_all()
    [heard] = peer.heard
    assert (heard.body["type"], heard.headers["webhook-id"]) == ("webhook.test", made["message_id"])
    [told] = ada.ask("GET", f"{hook.path}/deliveries")["data"]
    assert (told["id"], told["state"], told["status_code"]) == (made["id"], "SENT", 204)
    assert told["body_head"] == heard.text


def test_tests_are_limited(ada: Client, known: Task, hook: Hook) -> None:
    for _ in range(20):
        ada.ask("POST", f"{hook.path}/test", status=201)
    ada.ask("POST", f"{hook.path}/test", status=429)


def test_deliveries_are_told_page_by_page(
    ada: Client, cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    hook_to(cast, peer.url)  # whose deliveries are not among them
    peer.status = 500
    [first, *_] = rename(cast, known, 3)
    send_all(1)
    path = f"{hook.path}/deliveries"
    found = []
    cursor = ""
    for _ in range(3):
        page = ada.ask("GET", f"{path}?limit=1{cursor}")
        found += page["data"]
        cursor = f"&cursor={page['meta']['next_cursor']}"
    assert page["meta"]["next_cursor"] is None
    assert [each["type"] for each in found] == ["task.updated"] * 3
    assert found[-1]["message_id"] == str(first.pk)
    assert ada.ask("GET", f"{path}?state=SENT")["data"] == []
    assert len(ada.ask("GET", f"{path}?state=PENDING")["data"]) == 3
    ada.ask("GET", f"{path}?state=LOST", status=400)


def test_a_range_is_sent_again_under_its_ids(
    ada: Client, cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    events = rename(cast, known, 4)
    send_until_sent()
    before = ids(peer)
    asked = {"after_seq": events[0].seq, "through_seq": events[2].seq}
    assert ada.ask("POST", f"{hook.path}/replay", asked)["data"] == {"queued": 2}
    send_until_sent()
    assert {*ids(peer)[len(before) :]} == {str(events[1].pk), str(events[2].pk)}


def test_what_was_never_posted_is_sent_with_a_range(
    ada: Client, cast: Cast, known: Task, peer: Peer
) -> None:
    """As of before the webhook was there, if it is wanted."""
    events = rename(cast, known, 2)
    hook = hook_to(cast, peer.url, events=["task.updated"])
    asked = {"after_seq": 0, "through_seq": events[-1].seq}
    assert ada.ask("POST", f"{hook.path}/replay", asked)["data"] == {"queued": 2}
    send_until_sent()
    assert {*ids(peer)} == {str(event.pk) for event in events}


def test_what_waits_is_left_alone(ada: Client, cast: Cast, known: Task, peer: Peer) -> None:
    hook = hook_to(cast, peer.url, events=["task.updated"])
    [event] = rename(cast, known)
    asked = {"after_seq": 0, "through_seq": event.seq}
    assert ada.ask("POST", f"{hook.path}/replay", asked)["data"] == {"queued": 0}
    assert [row.generation for row in queued()] == [0]


def test_chosen_deliveries_are_sent_again(
    ada: Client, cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    peer.status = 410
    rename(cast, known, 2)
    send_all()
    ada.ask("PATCH", hook.path, {"is_enabled": True})
    peer.status = 204
    rest_over()
    rows = send_until_sent()
    again = [str(row.pk) for row in rows if row.state == State.SENT][:1]
    answer = ada.ask("POST", f"{hook.path}/replay", {"delivery_ids": again})
    assert answer["data"] == {"queued": 1}
    send_until_sent()
    assert len(ids(peer)) == len({*ids(peer)}) + 2  # the one that failed, and this one


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"after_seq": 1},
        {"through_seq": 1},
        {"after_seq": 5, "through_seq": 5},
        {"after_seq": 5, "through_seq": 4},
        {"after_seq": 0, "through_seq": 1001},
        {"after_seq": -1, "through_seq": 1},
        {"after_seq": 0, "through_seq": 2**63},
        {"delivery_ids": []},
        {"delivery_ids": ["1"]},
        {"delivery_ids": [str(uuid4())] * 101},
        {"delivery_ids": [str(uuid4())], "after_seq": 0, "through_seq": 1},
    ],
)
def test_a_wrong_range_is_refused(ada: Client, known: Task, hook: Hook, body: Any) -> None:
    ada.ask("POST", f"{hook.path}/replay", body, status=400)


def test_deliveries_of_others_are_not_found(
    ada: Client, cast: Cast, known: Task, hook: Hook, peer: Peer
) -> None:
    other = hook_to(cast, peer.url)
    rename(cast, known)
    theirs = [str(row.pk) for row in queued() if row.recipient_id == other.webhook.pk]
    ada.ask("POST", f"{hook.path}/replay", {"delivery_ids": theirs}, status=404)
    ada.ask("POST", f"{hook.path}/replay", {"delivery_ids": [str(uuid4())]}, status=404)


def test_nothing_is_sent_again_to_a_disabled_webhook(
    ada: Client, cast: Cast, known: Task, hook: Hook
) -> None:
    ada.ask("PATCH", hook.path, {"is_enabled": False})
    asked = {"after_seq": 0, "through_seq": 9}
    refused = ada.ask("POST", f"{hook.path}/replay", asked, status=409)
    assert refused["code"] == "webhook_is_disabled"
