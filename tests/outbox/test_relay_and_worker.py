"""Relay and worker as real programs: mail leaves soon, fairly and once, whatever else is away."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection

from outbox.models import Delivery, RelayProcess, State
from tests.outbox.flood import check_that_a_flood_delays_nobody, put, seconds_for
from tests.outbox.notes import assign, is_all_sent
from tests.outbox.real_programs import check_that_it_stops_soon, messages
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually
from tests.support.sink import Sink

LONGEST_WAY = 2.0
"""Seconds from a change to the mail server."""
LONGEST_STOP = 5.0
PER_MAIL = 0.01
"""Seconds the mail server takes for one mail."""
LEAST = 10
"""Mails per second, even on a busy machine."""
MOST_WITHOUT_WORKER = 5.0
"""Seconds in which the relay notices that its messages are not taken up."""
MOST_WITHOUT_BROKER = 8.0
"""Seconds for some twenty mails."""
END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
)


def test_mail_leaves_soon_fairly_and_once_whatever_goes_away_and_programs_stop_soon(
    people: Cast,
    broker: subprocess.Popen[bytes],
    started: Programs,
    mail_server: Sink,
    committed_db: CommittedDatabase,
) -> None:
    mail_server.pause = PER_MAIL
    relay, worker = started.relay(), started.worker()
    eventually(RelayProcess.objects.exists)
    check_that_both_send_soon_and_fairly(people, mail_server)
    check_that_mail_is_sent_while_the_worker_is_frozen(worker, mail_server)
    check_that_it_stops_soon(worker, started)

    mail_server.pause = 0
    check_that_mail_is_sent_without_a_broker(broker, started, mail_server)
    check_that_mail_is_sent_once_while_the_database_is_away(mail_server, committed_db)
    seconds_for(mail_server, 1)
    assert relay.poll() is None
    relay.terminate()
    assert relay.wait(LONGEST_STOP) == 0


def check_that_both_send_soon_and_fairly(people: Cast, sink: Sink) -> None:
    assert max(seconds_for_an_assignment(people, sink) for _ in range(3)) < LONGEST_WAY
    # `bin/bench --mail` measures how many there can be; here other tests run as well.
    assert seconds_for(sink, 120) < 120 / LEAST
    check_that_a_flood_delays_nobody(sink)


def check_that_mail_is_sent_while_the_worker_is_frozen(
    worker: subprocess.Popen[bytes], sink: Sink
) -> None:
    """And not again once it wakes up."""
    os.killpg(worker.pid, signal.SIGSTOP)
    assert seconds_for(sink, 60) < MOST_WITHOUT_WORKER + 60 / LEAST
    assert max(seconds_for(sink, 1) for _ in range(3)) < MOST_WITHOUT_WORKER
    os.killpg(worker.pid, signal.SIGCONT)
    eventually(lambda: not messages())
    seconds_for(sink, 1)
    check_that_each_was_sent_once(sink)


def check_that_mail_is_sent_without_a_broker(
    broker: subprocess.Popen[bytes], started: Programs, sink: Sink
) -> None:
    """While it is frozen, and when it has gone; it is not asked every time."""
    assert failures_of_the_broker(started) == 0
    broker.send_signal(signal.SIGSTOP)
    assert sum(seconds_for(sink, 4) for _ in range(6)) < MOST_WITHOUT_BROKER
    known = failures_of_the_broker(started)
    assert known <= 2
    broker.kill()
    check_that_a_flood_delays_nobody(sink)
    assert seconds_for(sink, 20) < MOST_WITHOUT_BROKER
    eventually(lambda: seconds_for(sink, 1) and failures_of_the_broker(started) > known)
    check_that_each_was_sent_once(sink)


def seconds_for_an_assignment(people: Cast, sink: Sink) -> float:
    before, start = len(sink.mails), time.monotonic()
    assign(people, "Oil it")
    eventually(lambda: len(sink.mails) > before)
    return time.monotonic() - start


def failures_of_the_broker(started: Programs) -> int:
    """How often the relay has noticed one."""
    return started.log.read_text().count("broker_does_not_answer")


def check_that_each_was_sent_once(sink: Sink) -> None:
    eventually(is_all_sent)
    sent = Delivery.objects.filter(state=State.SENT)
    assert len({mail["Message-ID"] for mail in sink.mails}) == len(sink.mails) == sent.count()
    assert set(sent.values_list("attempts", flat=True)) == {1}


def check_that_mail_is_sent_once_while_the_database_is_away(
    sink: Sink, database: CommittedDatabase
) -> None:
    """What the mail server took is written down as soon as that is possible."""
    sink.pause, before = 2, len(sink.mails)
    put(None, "somebody@example.com")
    eventually(Delivery.objects.filter(attempts=1, state=State.SENDING).exists)
    with closed_to_others(database):
        eventually(lambda: len(sink.mails) > before)
        time.sleep(1)  # in which the relay tries to write
    eventually(is_all_sent, patience=10)
    assert len(sink.mails) == before + 1
    sink.pause = 0


@contextmanager
def closed_to_others(database: CommittedDatabase) -> Iterator[None]:
    """End the sessions of the programs, and let no new one begin."""
    with psycopg.connect(database.direct_url, autocommit=True) as owner:
        limit = f"ALTER DATABASE {owner.info.dbname} CONNECTION LIMIT"
        try:
            owner.execute(f"{limit} 0")
            with connection.cursor() as cursor:
                cursor.execute(END_OTHERS)
                assert cursor.fetchall()
            yield
        finally:
            owner.execute(f"{limit} -1")
