"""Real programs that die, or are frozen, while they send: what they held arrives."""

import os
import signal
import subprocess

from django.db.models.functions import Now

from outbox.models import Delivery, State
from outbox.services import claim_due
from tests.outbox.http_channel.peer import Peer
from tests.outbox.http_channel.posting import enqueue_note
from tests.outbox.notes import assign, enqueue_account_mail, is_all_sent, send
from tests.outbox.real_programs import end, messages
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually
from tests.support.sink import Sink

LONG = 60
BOTH_CHANNELS = {
    "DJANGO_SETTINGS_MODULE": "tests.outbox.http_channel.settings",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def test_what_dead_relays_held_arrives(
    committed_db: CommittedDatabase, started: Programs, mail_server: Sink, peer: Peer
) -> None:
    """Once if it was not sent yet; else a second time, and can be known as a copy."""
    enqueue_both("sent")
    first = started.relay(GANTRY_FAULTS=f"outbox.after_send=sleep:{LONG}", **BOTH_CHANNELS)
    eventually(lambda: len(mail_server.mails) == len(peer.taken) == 1)
    kill(first)
    enqueue_both("unsent")
    second = started.relay(GANTRY_FAULTS=f"outbox.before_send=sleep:{LONG}", **BOTH_CHANNELS)
    eventually(lambda: attempts() == [1, 1, 2, 2])
    kill(second)
    send_the_rest()

    assert attempts() == [2, 2, 3, 3]
    assert mail_server.recipients == ["sent@example.com"] * 2 + ["unsent@example.com"]
    assert len({mail["Message-ID"] for mail in mail_server.mails}) == 2
    [sent, unsent] = [Delivery.objects.get(dedupe_key=key) for key in ("sent", "unsent")]
    assert sorted(note["id"] for note in peer.taken) == sorted(
        [f"{sent.pk}.0", f"{sent.pk}.0", f"{unsent.pk}.0"]
    )


def test_mail_that_a_worker_held_too_long_is_left_to_others(
    people: Cast, broker: subprocess.Popen[bytes], started: Programs, mail_server: Sink
) -> None:
    """It is frozen, wakes up too late, takes another mail and is killed."""
    quick = {"OUTBOX_LEASE": "2"}
    relay = started.relay(**quick)
    worker = started.worker(GANTRY_FAULTS="outbox.before_send=sleep:3", **quick)
    assign(people, "Oil it")
    eventually(lambda: attempts() == [1])
    os.killpg(worker.pid, signal.SIGSTOP)
    eventually(is_all_sent)
    os.killpg(worker.pid, signal.SIGCONT)
    eventually(lambda: not messages())

    assign(people, "Grease it")
    eventually(lambda: attempts() == [1, 2])
    mail_server.pause = 1
    kill(worker)
    check_that_it_ends_what_it_is_sending(relay, mail_server)
    assert attempts() == [2, 2]
    assert len({mail["Message-ID"] for mail in mail_server.mails}) == len(mail_server.mails) == 2


def check_that_it_ends_what_it_is_sending(relay: subprocess.Popen[bytes], sink: Sink) -> None:
    """When it is asked to stop."""
    eventually(lambda: attempts() == [2, 2])
    assert len(sink.mails) == 1
    relay.terminate()
    assert relay.wait(60) == 0
    assert is_all_sent()


def enqueue_both(key: str) -> None:
    """A mail and a note."""
    enqueue_account_mail([(f"{key}@example.com", None)])
    enqueue_note(key)


def attempts() -> list[int]:
    """How often each was tried to be sent."""
    return sorted(Delivery.objects.values_list("attempts", flat=True))


def kill(program: subprocess.Popen[bytes]) -> None:
    """And end the leases of what it was sending."""
    end(program)
    Delivery.objects.filter(state=State.SENDING).update(next_at=Now())


def send_the_rest() -> None:
    """What is due, and what would be if all leases were over."""
    for _ in range(2):
        for claimed in claim_due(limit=10):
            assert send(claimed).state == State.SENT
        Delivery.objects.update(next_at=Now())
