"""Messages for senders have a queue of their own; a worker takes them and others in turns."""

import os
import subprocess

import redis
from celery import Task

from notifications.background import queue_due_reminders
from outbox.background import apply_retention, deliver, deliver_batch, deliver_due, sweep
from outbox.broker import PROMPT
from tests.outbox.real_programs import length
from tests.support.databases import CommittedDatabase
from tests.support.programs import Programs, eventually

FLOOD = 300
MOST_AHEAD = 10
"""How much further one queue may be than the other, with what the worker holds already."""


def test_what_sends_has_a_queue_of_its_own() -> None:
    def queue_of(task: Task[..., object]) -> str:
        return str(task.app.amqp.router.route({}, task.name)["queue"].name)

    assert {queue_of(task) for task in (deliver, deliver_batch, deliver_due)} == {"mail"}
    assert {queue_of(task) for task in (sweep, apply_retention, queue_due_reminders)} == {"default"}


def test_neither_queue_waits_for_a_flood_of_the_other(
    committed_db: CommittedDatabase, broker: subprocess.Popen[bytes], started: Programs
) -> None:
    lengths = []
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as queues:
        publish()
        started.worker()

        def are_empty() -> bool:
            lengths.append((length(queues, "mail"), length(queues, "default")))
            return lengths[-1] == (0, 0)

        eventually(are_empty, pause=0)
    assert any(FLOOD / 4 < mail < FLOOD * 3 / 4 for mail, _ in lengths)
    assert max(abs(mail - other) for mail, other in lengths) <= MOST_AHEAD, lengths


def publish() -> None:
    """FLOOD messages for each queue, while no worker runs."""
    address = os.environ["REDIS_URL"]
    with deliver_batch.app.connection_for_write(address) as broker, broker.Producer() as producer:
        for _ in range(FLOOD):
            deliver_batch.apply_async(kwargs={"claims": []}, producer=producer, priority=PROMPT)
            sweep.apply_async(producer=producer)
