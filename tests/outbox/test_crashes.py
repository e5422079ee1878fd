"""The whole way out with real programs, some of which die on it."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from outbox.models import Delivery, RelayProcess, State
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually
from tests.support.sink import Sink

QUICK = {"OUTBOX_LEASE": "2"}
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
)
LAPSED = 6.0
"""Seconds after which two short leases and a turn are surely over."""


@pytest.fixture
def sink(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sink]:
    """The mail server of the programs."""
    server = Sink()
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{server.port}")
    server.open()
    yield server
    server.close()


@pytest.fixture
def people(committed_db: CommittedDatabase, cast: Cast) -> Cast:
    return cast


def assign(people: Cast, title: str = "Oil it") -> Task:
    return create_task(
        actor=by(people.lea), project=people.project, title=title, assignee=people.max
    )


def is_sent() -> bool:
    return not Delivery.objects.exclude(state=State.SENT).exists()


def test_mail_leaves_within_two_seconds(
    people: Cast, broker: subprocess.Popen[bytes], started: Programs, sink: Sink
) -> None:
    started.worker()
    started.relay()
    eventually(RelayProcess.objects.exists)

    waits: list[float] = []
    for number in range(5):
        start = time.monotonic()
        assign(people, f"Task {number}")
        eventually(lambda: len(sink.mails) > len(waits))
        waits.append(time.monotonic() - start)

    eventually(is_sent)
    assert max(waits) < 2, waits


def test_mail_survives_the_death_of_its_worker(
    people: Cast, broker: subprocess.Popen[bytes], started: Programs, sink: Sink
) -> None:
    first = started.worker(GANTRY_FAULTS="outbox.before_send=sleep:60", **QUICK)
    started.relay(**QUICK)
    assign(people)
    eventually(lambda: Delivery.objects.filter(mail__isnull=False).exists())

    os.killpg(first.pid, signal.SIGKILL)
    assert sink.mails == []
    started.worker(**QUICK)
    eventually(is_sent)
    time.sleep(LAPSED)

    assert sink.recipients == ["max@example.com"]
    assert Delivery.objects.get().attempts == 2


def test_mail_survives_the_death_of_the_relay(
    people: Cast, broker: subprocess.Popen[bytes], started: Programs, sink: Sink
) -> None:
    broker.kill()
    first = started.relay(GANTRY_FAULTS="outbox.before_send=kill", **QUICK)
    assign(people)
    assert first.wait(60) == -signal.SIGKILL
    assert sink.mails == []

    started.relay(**QUICK)
    eventually(is_sent)
    time.sleep(LAPSED)

    assert sink.recipients == ["max@example.com"]


def test_mail_of_a_sender_that_overslept_is_left_to_others(
    people: Cast, broker: subprocess.Popen[bytes], started: Programs, sink: Sink
) -> None:
    sleeper = started.worker(GANTRY_FAULTS="outbox.before_send=sleep:1", **QUICK)
    started.relay(**QUICK)
    assign(people)
    eventually(lambda: Delivery.objects.filter(mail__isnull=False).exists())

    os.killpg(sleeper.pid, signal.SIGSTOP)
    eventually(is_sent)
    os.killpg(sleeper.pid, signal.SIGCONT)
    time.sleep(2)

    assert sink.recipients == ["max@example.com"]


def test_copy_after_a_death_past_the_sending_is_known_as_one(
    people: Cast, broker: subprocess.Popen[bytes], started: Programs, sink: Sink
) -> None:
    broker.kill()
    first = started.relay(GANTRY_FAULTS="outbox.after_send=kill", **QUICK)
    assign(people)
    first.wait(60)

    started.relay(**QUICK)
    eventually(is_sent)

    assert len(sink.mails) == 2
    assert len({mail["Message-ID"] for mail in sink.mails}) == 1


@pytest.mark.parametrize("fate", [signal.SIGKILL, signal.SIGSTOP])
def test_mail_leaves_without_a_broker(
    people: Cast,
    broker: subprocess.Popen[bytes],
    started: Programs,
    sink: Sink,
    fate: signal.Signals,
) -> None:
    started.relay()
    eventually(RelayProcess.objects.exists)
    broker.send_signal(fate)

    start = time.monotonic()
    for number in range(20):
        assign(people, f"Task {number}")
    eventually(is_sent)

    assert len(sink.mails) == 20
    assert time.monotonic() - start < 8


def test_relay_outlives_its_sessions_and_stops_when_told(
    people: Cast, broker: subprocess.Popen[bytes], started: Programs, sink: Sink
) -> None:
    relay = started.relay()
    eventually(RelayProcess.objects.exists)
    with connection.cursor() as cursor:
        cursor.execute(END_OTHERS)
        assert cursor.fetchall() == [(True,)]

    broker.kill()
    assign(people)
    eventually(is_sent)

    assert relay.poll() is None
    relay.terminate()
    assert relay.wait(5) == 0


def test_a_relay_that_is_asked_to_stop_ends_the_mail_it_is_sending(
    people: Cast, started: Programs, sink: Sink
) -> None:
    sink.pause = 2
    assign(people)
    relay = started.relay(REDIS_URL="redis://127.0.0.1:1/0")
    eventually(lambda: Delivery.objects.get().state == State.SENDING)

    relay.send_signal(signal.SIGTERM)

    assert relay.wait(60) == 0
    assert is_sent()
    assert len(sink.mails) == 1


def test_mail_sent_while_the_database_goes_away_is_sent_once(
    people: Cast, started: Programs, sink: Sink, committed_db: CommittedDatabase
) -> None:
    """What the mail server took is written down as soon as that is possible."""
    slow = {"GANTRY_FAULTS": "outbox.after_send=sleep:2", "OUTBOX_LEASE": "10"}
    started.relay(REDIS_URL="redis://127.0.0.1:1/0", **slow)
    assign(people)
    eventually(lambda: sink.mails)

    with closed_to_others(committed_db):
        time.sleep(3)
    eventually(is_sent, patience=10)

    assert Delivery.objects.get().attempts == len(sink.mails) == 1


@contextmanager
def closed_to_others(database: CommittedDatabase) -> Iterator[None]:
    """End the sessions of the programs, and let no new one begin."""
    with psycopg.connect(database.direct_url, autocommit=True) as owner:
        limit = f"ALTER DATABASE {owner.info.dbname} CONNECTION LIMIT"
        try:
            owner.execute(f"{limit} 0")
            with connection.cursor() as cursor:
                cursor.execute(END_OTHERS)
            yield
        finally:
            owner.execute(f"{limit} -1")
