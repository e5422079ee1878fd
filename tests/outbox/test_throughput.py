"""How much mail leaves, and that it leaves while the worker is stopped; with real programs."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest

from outbox.models import RelayProcess
from tests.outbox.notes import enqueue_account_mail, slow_server
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually
from tests.support.sink import Sink

PER_MAIL = 0.01
"""Seconds the mail server takes for one mail."""
LEAST = 20
"""Mails per second, even on a busy machine."""
MOST_WITHOUT_WORKER = 5.0
"""Seconds in which the relay notices that its messages are not taken up."""


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    with slow_server(monkeypatch, pause=PER_MAIL) as server:
        yield server


def put(count: int) -> None:
    """Mail of ten workspaces."""
    workspaces = [uuid4() for _ in range(10)]
    enqueue_account_mail(
        (f"{number}-{uuid4().hex}@example.com", workspaces[number % 10]) for number in range(count)
    )


@pytest.fixture
def worker(
    committed_db: CommittedDatabase,
    broker: subprocess.Popen[bytes],
    started: Programs,
    sink: Sink,
) -> subprocess.Popen[bytes]:
    """A worker and a relay that are warm."""
    process = started.worker()
    started.relay()
    eventually(RelayProcess.objects.exists)
    put(20)
    eventually(lambda: len(sink.mails) == 20)
    return process


def seconds_for(sink: Sink, count: int) -> float:
    """From the commit until so many further mails have arrived."""
    before, start = len(sink.mails), time.monotonic()
    put(count)
    eventually(lambda: len(sink.mails) >= before + count)
    return time.monotonic() - start


def test_relay_and_worker_send_each_of_many_once(
    worker: subprocess.Popen[bytes], sink: Sink
) -> None:
    # `bin/bench --mail` measures how many there can be; here other tests run as well.
    assert seconds_for(sink, 400) < 400 / LEAST
    assert len({str(mail["To"]) for mail in sink.mails}) == len(sink.mails) == 420


def test_mail_leaves_while_the_worker_is_stopped(
    worker: subprocess.Popen[bytes], sink: Sink
) -> None:
    os.killpg(worker.pid, signal.SIGSTOP)
    assert seconds_for(sink, 400) < MOST_WITHOUT_WORKER + 400 / LEAST
    assert max(seconds_for(sink, 1) for _ in range(3)) < MOST_WITHOUT_WORKER

    os.killpg(worker.pid, signal.SIGCONT)
    seconds_for(sink, 1)
    time.sleep(1)
    assert len({str(mail["To"]) for mail in sink.mails}) == len(sink.mails) == 424
