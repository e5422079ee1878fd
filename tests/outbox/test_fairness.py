"""A flood of one workspace, real programs and a slow mail server: what others wait."""

import subprocess
import time
from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest

from outbox.models import Delivery, RelayProcess
from tests.outbox.notes import enqueue_account_mail, slow_server
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually
from tests.support.sink import Sink

FLOOD = 5000
SLOW = 0.25
"""Seconds the mail server takes for one mail."""
MOST = 5.0


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    with slow_server(monkeypatch, pause=SLOW) as server:
        yield server


def put(workspace: UUID | None, *addresses: str) -> None:
    """Mail of a workspace to these addresses, or account mail."""
    enqueue_account_mail((address, workspace) for address in addresses)


def delay(sink: Sink, workspace: UUID | None, name: str) -> float:
    """Seconds from the commit to the mail server."""
    address = f"{name}@example.com"
    start = time.monotonic()
    put(workspace, address)
    eventually(lambda: address in sink.arrived)
    return sink.arrived[address] - start


def flood(sink: Sink) -> None:
    """Far more than can be sent, some of it on its way by now."""
    put(uuid4(), *(f"flood{number}@example.com" for number in range(FLOOD)))
    eventually(lambda: len(sink.mails) >= 5)


def check_delays(sink: Sink) -> None:
    sent = len(sink.mails)
    delays = {
        f"{kind}{turn}": delay(sink, workspace, f"{kind}{turn}")
        for turn in range(3)
        for kind, workspace in (("account", None), ("other", uuid4()))
    }
    assert max(delays.values()) < MOST, delays
    eventually(lambda: len(sink.mails) > sent + len(delays))  # the flood goes on as well
    assert Delivery.objects.filter(state="PENDING").count() > FLOOD / 2


def test_a_flood_delays_nobody_through_the_workers(
    committed_db: CommittedDatabase,
    broker: subprocess.Popen[bytes],
    started: Programs,
    sink: Sink,
) -> None:
    started.worker()
    started.relay()
    eventually(RelayProcess.objects.exists)
    flood(sink)

    check_delays(sink)


def test_a_flood_delays_nobody_without_a_broker(
    committed_db: CommittedDatabase,
    broker: subprocess.Popen[bytes],
    started: Programs,
    sink: Sink,
) -> None:
    broker.kill()
    started.relay()
    eventually(RelayProcess.objects.exists)
    flood(sink)

    check_delays(sink)
