"""A worker that is asked to stop does so soon, whatever it has just begun."""

import os
import signal
import subprocess
from pathlib import Path

import redis

from outbox.background import deliver_batch
from tests.support.programs import Programs, eventually

SOON = 15.0
"""Seconds on a busy machine; Celery itself waits for 30 where nobody reads a result."""


def publish(address: str) -> None:
    with deliver_batch.app.connection_for_write(address) as broker, broker.Producer() as producer:
        deliver_batch.apply_async(kwargs={"claims": []}, producer=producer)


def signal_all(pids: list[str], wanted: signal.Signals) -> None:
    for pid in pids:
        os.kill(int(pid), wanted)


def test_a_task_whose_begin_it_never_heard_of_does_not_hold_it(
    started: Programs, broker: subprocess.Popen[bytes]
) -> None:
    address = os.environ["REDIS_URL"]
    worker = started.worker()
    with redis.Redis.from_url(address) as queues:
        publish(address)
        eventually(lambda: queues.llen("celery") == queues.hlen("unacked") == 0)
        children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
        signal_all(children, signal.SIGSTOP)
        publish(address)
        eventually(lambda: queues.hlen("unacked") == 1)
    worker.send_signal(signal.SIGTERM)
    eventually(lambda: "Warm shutdown" in started.log.read_text())
    signal_all(children, signal.SIGCONT)
    assert worker.wait(SOON) == 0
