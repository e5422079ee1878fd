"""A type of jobs whose effects can be counted, and which misbehaves if it is asked to."""

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from django.db import connection

from core.errors import Conflict
from jobs.registry import Finished, JobType, Outcome, Progress, Run, register_type

ROOM = 100 * 1024 * 1024
"""Bytes that a worker may take further when it is to run out of memory."""


class Effect(JobType):
    """Writes a row in each of its `steps`; in step `at` it does what `how` says."""

    name: ClassVar[str] = "effect"
    needs_workspace: ClassVar[bool] = False
    most_failures: ClassVar[int] = 3

    def step(self, run: Run) -> Outcome:
        number, last = (run.position or {}).get("step", 1), run.payload["steps"]
        values = [run.job.pk, number, os.getpid()]
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO faults_effect VALUES (%s, %s, %s)", values)
        if number == run.payload.get("at"):
            misbehave(run.payload["how"])
        if number == last:
            return Finished(result={"steps": number})
        return Progress(position={"step": number + 1}, done=number, total=last)

    def take_back(self, run: Run) -> Outcome:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM faults_effect WHERE job_id = %s", [run.job.pk])
        return Finished()


def misbehave(how: str) -> None:
    """Raise, refuse, die, hang, or ask for more memory than there is."""
    match how:
        case "error":
            raise RuntimeError(how)
        case "refusal":
            raise Conflict
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang":
            time.sleep(3600)
        case "memory":
            with little_memory():
                bytearray(100 * ROOM)


@contextmanager
def little_memory() -> Iterator[None]:
    """Let this process have ROOM more than it has."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + ROOM, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


register_type(Effect())
