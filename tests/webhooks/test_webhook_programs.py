"""Real relays and workers that post, and die while they do: nothing is lost."""

import subprocess
import threading
from collections.abc import Iterator

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from outbox.models import Delivery, RelayProcess, State
from tasks.services.tasks import create_task
from tests.outbox.real_programs import end
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually
from tests.webhooks.hooks import Hook, hook_to, queued, rest_over
from tests.webhooks.peer import Peer, after, listening
from webhooks.models import Webhook

LONG = 60


@pytest.fixture
def peer(committed_db: CommittedDatabase, settings: Settings) -> Iterator[Peer]:
    settings.WEBHOOKS_TO_ANY_NETWORK = True
    with listening() as server:
        yield server


@pytest.fixture
def hook(cast: Cast, peer: Peer) -> Hook:
    found = hook_to(cast, peer.url)
    Delivery.objects.all().delete()
    return found


def happen(cast: Cast, title: str) -> None:
    create_task(actor=by(cast.lea), project=cast.project, title=title)


def ids(peer: Peer) -> list[str]:
    return [heard.headers["webhook-id"] for heard in peer.heard]


def is_all_sent() -> bool:
    return all(row.state == State.SENT for row in queued())


def test_what_happens_is_posted_by_a_worker_and_without_one(
    cast: Cast, broker: subprocess.Popen[bytes], started: Programs, hook: Hook, peer: Peer
) -> None:
    started.relay()
    worker = started.worker()
    eventually(RelayProcess.objects.exists)
    happen(cast, "By the worker")
    eventually(lambda: len(peer.heard) == 1 and is_all_sent())
    started.stop(worker)
    broker.kill()
    peer.status = 503
    happen(cast, "By the relay")
    eventually(lambda: len(peer.heard) == 2)
    peer.status = 204
    eventually(lambda: len(peer.heard) == 3 and is_all_sent())
    assert len({*ids(peer)}) == 2


@pytest.mark.parametrize("moment", ["before_send", "while_sending", "after_send"])
def test_what_a_killed_worker_held_is_posted_under_its_id(
    cast: Cast,
    broker: subprocess.Popen[bytes],
    started: Programs,
    hook: Hook,
    peer: Peer,
    moment: str,
) -> None:
    release = threading.Event()
    if moment == "while_sending":
        peer.answering = after(release, LONG)
    started.relay()
    worker = started.worker(GANTRY_FAULTS=f"outbox.{moment}=sleep:{LONG}")
    eventually(RelayProcess.objects.exists)
    happen(cast, "Oil it")
    posted = 0 if moment == "before_send" else 1
    eventually(lambda: len(peer.heard) == posted and [row.attempts for row in queued()] == [1])
    end(worker)
    peer.answering = None
    release.set()
    lapse()
    eventually(is_all_sent)
    assert len(peer.heard) == posted + 1
    assert len({*ids(peer)}) == 1
    assert {heard.text for heard in peer.heard} == {peer.heard[0].text}


def lapse() -> None:
    """As if the lease, and the turn, of the dead worker had ended."""
    Webhook.objects.update(busy_until=None)
    Delivery.objects.filter(state=State.SENDING).update(next_at=Now())
    rest_over()
