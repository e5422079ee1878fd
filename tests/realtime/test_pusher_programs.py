"""Relay and worker, as real programs, pass events on to Pusher."""

import subprocess
from http import HTTPStatus

from pytest_django import Settings

from config.settings.pusher import PusherApp
from outbox.models import Delivery, RelayProcess, State
from realtime.services.pusher import PUSHER
from tasks.services.tasks import create_task
from tests.realtime.pusher_peer import APP_ID, KEY, SECRET, PusherPeer, listening
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually


def test_what_happens_reaches_pusher_with_a_worker_and_without(
    committed_db: CommittedDatabase,
    cast: Cast,
    broker: subprocess.Popen[bytes],
    started: Programs,
    settings: Settings,
) -> None:
    """The second time the broker has gone, and Pusher is away for a moment."""
    settings.PUSHER = PusherApp(APP_ID, KEY, SECRET, "push.example.com")
    with listening() as peer:
        started.relay(**peer.variables)
        worker = started.worker(**peer.variables)
        eventually(RelayProcess.objects.exists)
        check_that_it_hears_of(peer, cast, "By the worker")

        started.stop(worker)
        broker.kill()
        peer.answers = [HTTPStatus.BAD_GATEWAY]
        check_that_it_hears_of(peer, cast, "By the relay")


def check_that_it_hears_of(peer: PusherPeer, cast: Cast, title: str) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title=title)
    eventually(lambda: not Delivery.objects.filter(channel=PUSHER).exclude(state=State.SENT))
    [heard] = [each for each in peer.heard if each.data["event"]["entity_id"] == str(task.pk)]
    assert heard.name == "task:created"
