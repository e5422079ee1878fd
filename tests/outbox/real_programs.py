"""What tests do to real programs and see of them."""

import os
import signal
import subprocess

import redis


def end(program: subprocess.Popen[bytes]) -> None:
    """At once, with its children."""
    os.killpg(program.pid, signal.SIGKILL)
    program.wait()


def messages() -> list[bytes]:
    """What the broker holds of which no worker has said that it is done."""
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        return [key for key in client.scan_iter() if not key.startswith(b"_kombu")]
