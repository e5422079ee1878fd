"""What readers of a project may see leaves by the outbox for the project's channel at Pusher."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from activity.models import Event
from config.settings.pusher import PusherApp
from outbox.models import Delivery, State
from outbox.registry import channel_named
from outbox.services import claim_due
from projects.models import Project, Visibility
from projects.services.deletion import delete_project
from projects.services.projects import create_project
from realtime import channels
from realtime.services.pusher import PUSHER
from tasks.models import SavedFilter, Task
from tasks.services.saved_filters import save_filter
from tasks.services.tasks import create_task, update_task
from tasks.services.transfers import transfer_task
from tests.outbox.notes import send
from tests.realtime.pusher_peer import APP_ID, KEY, SECRET, Heard, PusherPeer, listening
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.log import number_events

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(cast: Cast, task: Task) -> Task:
    """A task that was there before Pusher was."""
    return task


@pytest.fixture
def peer(known: Task, settings: Settings) -> Iterator[PusherPeer]:
    """Pusher, which this process passes everything on to from now on."""
    channel: Any = channel_named(PUSHER)
    with listening() as server:
        address = ("127.0.0.1", server.server_port)
        settings.PUSHER = PusherApp(APP_ID, KEY, SECRET, *address, is_secure=False)
        yield server
        channel.disconnect()
        channel.rest_until(0)


def send_all() -> list[Delivery]:
    """Send what is due for Pusher."""
    number_events()
    Delivery.objects.exclude(channel=PUSHER).delete()
    return [send(each) for each in claim_due(limit=50)]


def rename(cast: Cast, task: Task, title: str = "Oil the gears") -> Event:
    update_task(actor=by(cast.lea), task=task, changes={"title": title})
    return Event.objects.latest("created_at", "id")


def test_an_event_is_sent_to_the_channel_of_its_project(
    cast: Cast, known: Task, peer: PusherPeer
) -> None:
    event = rename(cast, known)
    [sent] = send_all()
    assert (sent.state, sent.recipient_id) == (State.SENT, cast.project.pk)
    [heard] = peer.heard
    assert heard[:2] == ([f"private-project-{cast.project.pk}"], "task:updated")
    told = {"entity": "task", "entity_id": str(known.pk), "action": "updated"}
    seq = Event.objects.get(pk=event.pk).seq
    assert heard.data == {"seq": seq, "event": {"id": str(event.pk), **told}}


def test_without_pusher_nothing_is_written(cast: Cast, known: Task) -> None:
    rename(cast, known)
    assert not Delivery.objects.filter(channel=PUSHER).exists()


def test_what_is_only_tried_is_not_passed_on(cast: Cast, known: Task, peer: PusherPeer) -> None:
    path = f"/api/tasks/{known.pk}?dry_run=1"
    client_of(cast.lea).ask("PATCH", path, {"title": "Oil the gears"})
    assert not Delivery.objects.filter(channel=PUSHER).exists()


def test_each_event_is_in_the_outbox_once_for_each_project(
    cast: Cast, known: Task, peer: PusherPeer
) -> None:
    """A transfer is told in the project the task has left, too."""
    private: dict[str, Any] = {"name": "Secret", "visibility": Visibility.PRIVATE}
    secret = create_project(actor=by(cast.ada), workspace=cast.workspace, **private)
    send_all()
    peer.heard.clear()
    transfer_task(actor=by(cast.ada), task=known, project=secret)
    event = Event.objects.get(action="transferred")
    assert keys() == {f"pusher:{event.pk}:{each.pk}" for each in (cast.project, secret)}
    send_all()
    [left] = of(cast.project, peer)
    [came] = of(secret, peer)
    assert came.data == left.data


def test_what_one_person_alone_may_read_is_not_sent(
    cast: Cast, known: Task, peer: PusherPeer
) -> None:
    for is_shared in (False, True):
        filed: dict[str, Any] = {"name": f"Shared {is_shared}", "parameters": {"status": "TODO"}}
        save_filter(actor=by(cast.max), project=cast.project, is_shared=is_shared, **filed)
    send_all()
    assert [heard.name for heard in peer.heard] == ["saved_filter:added"]
    shared = SavedFilter.objects.get(is_shared=True)
    assert peer.heard[0].data["event"]["entity_id"] == str(shared.pk)


def test_of_a_deleted_project_only_its_end_is_told(
    cast: Cast, known: Task, peer: PusherPeer
) -> None:
    rename(cast, known)
    delete_project(actor=by(cast.ada), project=cast.project)
    states = {each.reason: each.state for each in send_all()}
    assert states["readers of the project may not see it any more"] == State.SKIPPED
    assert [heard.name for heard in peer.heard] == ["project:deleted"]


@pytest.mark.parametrize(
    "answer",
    [
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.BAD_GATEWAY,
    ],
)
def test_what_is_not_taken_is_tried_again_and_others_wait(
    cast: Cast, known: Task, peer: PusherPeer, answer: HTTPStatus
) -> None:
    peer.answers = [answer]
    rename(cast, known, "One")
    rename(cast, known, "Two")
    waiting = send_all()
    reasons = [f"NotTaken: {answer.value} not taken: {answer.phrase}", f"Resting: {channels.RESTS}"]
    assert [(each.state, each.reason) for each in waiting] == [
        ("PENDING", each) for each in reasons
    ]
    assert peer.requests == 1
    end_rest()
    assert {each.state for each in send_all()} == {State.SENT}


def test_what_pusher_will_never_take_is_dead_and_others_are_sent(
    cast: Cast, known: Task, peer: PusherPeer
) -> None:
    peer.answers = [HTTPStatus.BAD_REQUEST]
    rename(cast, known, "One")
    rename(cast, known, "Two")
    assert [each.state for each in send_all()] == [State.DEAD, State.SENT]


def test_nobody_answers_and_it_is_tried_again_without_telling_the_signature(
    cast: Cast, known: Task, peer: PusherPeer, settings: Settings
) -> None:
    settings.PUSHER = settings.PUSHER._replace(port=1)
    rename(cast, known)
    [waiting] = send_all()
    assert waiting.state == State.PENDING
    assert waiting.reason == "Pusher does not answer: ConnectionError"


def test_pusher_that_hangs_takes_up_one_attempt_only(
    cast: Cast, known: Task, peer: PusherPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "SECONDS", 0.2)
    peer.pause = 1
    for title in ("One", "Two", "Three"):
        rename(cast, known, title)
    assert {each.state for each in send_all()} == {State.PENDING}
    assert peer.requests == 1


def test_without_its_settings_a_sender_tries_again_later(
    cast: Cast, known: Task, peer: PusherPeer, settings: Settings
) -> None:
    rename(cast, known)
    app, settings.PUSHER = settings.PUSHER, None
    [waiting] = send_all()
    assert (waiting.state, waiting.reason) == ("PENDING", "Resting: Pusher is not set up here.")
    settings.PUSHER = app
    end_rest()
    assert [each.state for each in send_all()] == [State.SENT]


def test_a_thread_uses_its_connection_again(cast: Cast, known: Task, peer: PusherPeer) -> None:
    for title in ("One", "Two", "Three"):
        rename(cast, known, title)
    send_all()
    assert (len(peer.heard), peer.connections) == (3, 1)


def test_many_changes_at_once_are_all_sent(cast: Cast, known: Task, peer: PusherPeer) -> None:
    """Of a bulk, whose events are written with one statement; each to be told by its number."""
    tasks = [create_task(actor=by(cast.lea), project=cast.project, title="Same") for _ in range(3)]
    send_all()
    peer.heard.clear()
    body = {"task_ids": [str(each.pk) for each in tasks], "changes": {"priority": "HIGH"}}
    client_of(cast.max).ask("POST", "/api/tasks/bulk", body)
    send_all()
    assert len({heard.data["seq"] for heard in peer.heard}) == len(peer.heard) == 3


def keys() -> set[str]:
    rows = Delivery.objects.filter(channel=PUSHER, state=State.PENDING)
    return set(rows.values_list("dedupe_key", flat=True))


def of(project: Project, peer: PusherPeer) -> list[Heard]:
    return [each for each in peer.heard if each.channels == [f"private-project-{project.pk}"]]


def end_rest() -> None:
    channel: Any = channel_named(PUSHER)
    channel.rest_until(0)
    Delivery.objects.update(next_at=Now())
