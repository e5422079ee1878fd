"""What tests do to real programs and see of them."""

import os
import signal
import subprocess
import time
from pathlib import Path

import redis

from outbox.background import deliver_batch
from tests.support.programs import Programs, eventually

SOON = 15.0
"""Seconds on a busy machine; Celery itself waits for 30 where nobody reads a result."""
SHUTDOWN_BEGINS = 1.0
"""Seconds until a worker that is stopping reads nothing of its children any more."""


def end(program: subprocess.Popen[bytes]) -> None:
    """At once, with its children."""
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def messages() -> list[bytes]:
    """What the broker holds of which no worker has said that it is done."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        return [key for key in client.scan_iter() if not key.startswith(b"_kombu")]


def length(queues: redis.Redis, name: str) -> int:
    """How many messages of a queue no worker has taken, of any priority."""
    return sum(queues.llen(key) for key in queues.scan_iter(f"{name}*"))


def check_that_it_stops_soon(worker: subprocess.Popen[bytes], started: Programs) -> None:
    """When it is asked to, even with a task of whose begin it has never heard."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as queues:
        _publish()
        eventually(lambda: length(queues, "mail") == queues.hlen("unacked") == 0)
        children = Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()
        _signal_all(children, signal.SIGSTOP)
        _publish()
        eventually(lambda: queues.hlen("unacked") == 1)
    worker.send_signal(signal.SIGTERM)
    eventually(lambda: "Warm shutdown" in started.log.read_text())
    time.sleep(SHUTDOWN_BEGINS)
    _signal_all(children, signal.SIGCONT)
    assert worker.wait(SOON) == 0


def _publish() -> None:
    address = os.environ["REDIS_URL"]
    with deliver_batch.app.connection_for_write(address) as broker, broker.Producer() as producer:
        deliver_batch.apply_async(kwargs={"claims": []}, producer=producer)


def _signal_all(pids: list[str], wanted: signal.Signals) -> None:
    for pid in pids:
        os.kill(int(pid), wanted)
