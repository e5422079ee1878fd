"""Many jobs, and workers that are killed while they do them: every effect is there once."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections import Counter
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from config import env, programs
from dev.faults.job_state import Jobs
from dev.faults.serving import Program, Redis

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.processes import Command

LEASE = 3
"""Seconds; a killed worker's job goes on after it."""
POINTS = "jobs.after_claim=kill:{hits},jobs.before_commit=kill:{hits}"
"""Where the processes of one of the two workers die, again and again."""
FEWEST_HITS, MOST_HITS = 15, 1000
OWNERS = 40
JOBS = (
    (0.60, '{"steps": 1}'),
    (0.30, '{"steps": 2}'),
    (0.08, '{"steps": 5}'),
    (0.01, '{"steps": 3, "at": 2, "how": "refusal"}'),
)
POISON = (
    '{"steps": 2, "at": 2, "how": "error"}',
    '{"steps": 1, "at": 1, "how": "memory"}',
    '{"steps": 3, "at": 3, "how": "kill"}',
    '{"steps": 1, "at": 1, "how": "hang"}',
)
POISONED = 3
"""Jobs of each kind of POISON."""
MOST_ATTEMPTS = 12
"""Of one job: its own failures, and as often as it may be hit by a killing."""
PATIENCE = 120.0
"""Seconds without the end of any job until the run has failed."""


class JobRun:
    """Two workers with two processes each, a relay, a Redis, and what happens to them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance, self.counts, self.jobs = Random(seed), Counter[str](), Jobs()
        self._stack = ExitStack()
        self.redis = Redis(folder)
        self._stack.callback(self.redis.end)
        self.redis.wait()
        self._folder = folder
        self.relay = self._program(programs.relay, "relay")
        self.workers = [self._program(programs.jobs, f"jobs-{n}") for n in (1, 2)]

    def _program(self, make: Callable[[], Command], name: str) -> Program:
        command = make()
        extra = {"REDIS_URL": self.redis.url, "JOBS_LEASE": str(LEASE), "JOBS_PROCESSES": "2"}
        argv = [part.replace("jobs@", f"{name}@") for part in command.argv]
        command = replace(command, argv=argv, env={**command.env, **extra}, folder=env.ROOT)
        program = Program(command, 0, self._folder / f"{name}.log")
        self._stack.callback(program.end)
        return program

    def end(self) -> None:
        self._stack.close()

    # Faults

    def kill_at_points(self, jobs: int) -> None:
        """From now on the processes of one worker die in the middle of a step."""
        hits = min(MOST_HITS, max(FEWEST_HITS, jobs // 8))
        self.workers[0].end()
        self.workers[0].start(GANTRY_FAULTS=POINTS.format(hits=hits))

    def fault(self) -> None:
        """One of many: mostly a process of a worker is killed."""
        faults = {self._kill_process: 90, self._kill_worker: 4, self._kill_relay: 2}
        faults |= {self._kill_redis: 2, self._freeze_redis: 2}
        self.chance.choices(list(faults), list(faults.values()))[0]()

    def _kill_process(self) -> None:
        worker = self.chance.choice(self.workers)
        file = Path(f"/proc/{worker.process.pid}/task/{worker.process.pid}/children")
        with suppress(OSError, IndexError):
            child = self.chance.choice(file.read_text().split())
            os.kill(int(child), signal.SIGKILL)
            self.counts["processes killed"] += 1

    def _kill_worker(self) -> None:
        self.chance.choice(self.workers).replace()
        self.counts["workers killed"] += 1

    def _kill_relay(self) -> None:
        self.relay.replace()
        self.counts["relays killed"] += 1

    def _kill_redis(self) -> None:
        self.redis.replace()
        self.counts["redis killed"] += 1

    def _freeze_redis(self) -> None:
        self.redis.freeze()
        time.sleep(2)
        self.redis.thaw()
        self.counts["redis stopped"] += 1

    # The run

    def ask(self, amount: int) -> int:
        """Enter the jobs; returns how many."""
        before = self.jobs.unfinished()
        for share, payload in JOBS:
            wanted = max(1, int(share * amount))
            self.jobs.ask(jobs=wanted, owners=min(OWNERS, wanted), payload=payload)
        for payload in POISON:
            self.jobs.ask(jobs=POISONED, owners=POISONED, payload=payload)
        return self.jobs.unfinished() - before

    def settle(self, amount: int, kills: int) -> list[str]:
        """Break things until the jobs have ended, spread over the work; complaints if they stay."""
        left, began = amount, time.monotonic()
        moved, done = began, 0
        while left:
            while done < kills and done <= kills * (amount - left) / (0.9 * amount):
                self.fault()
                done += 1
            time.sleep(0.1)
            now = self.jobs.unfinished()
            if now != left:
                left, moved = now, time.monotonic()
                if left > amount / 10:
                    self.counts["a second"] = int((amount - left) / (moved - began))
            elif time.monotonic() - moved > PATIENCE:
                return [f"{left} jobs have not ended for {PATIENCE:g} s"]
        self.counts["faults"] = done
        return []

    def deaths(self) -> int:
        """How many processes of workers were killed, of all that a worker said."""
        logs = (worker.log.read_text() for worker in self.workers)
        return sum(log.count("exited with 'signal 9 (SIGKILL)'") for log in logs)


def run(folder: Path, *, jobs: int, kills: int, seed: int) -> int:
    """Do the jobs and print figures; 1 if something is wrong."""
    here = JobRun(folder, seed)
    try:
        if kills:
            here.kill_at_points(jobs)
        amount, began = here.ask(jobs), time.monotonic()
        wrong = here.settle(amount, kills) or here.jobs.wrong(most_attempts=MOST_ATTEMPTS)
        seconds = time.monotonic() - began
        here.counts["deaths of processes"] = here.deaths()
        here.counts["further attempts"] = here.jobs.further_attempts()
        here.counts["effects"] = here.jobs.effects()
    finally:
        here.end()
    figures = ", ".join(f"{name}: {number}" for name, number in sorted(here.counts.items()))
    sys.stdout.write(f"{amount} jobs in {seconds:.0f} s; {figures}.\n")
    if wrong:
        sys.stdout.write("\n".join([f"Seed {seed}:", *wrong]) + "\n")
    return 1 if wrong else 0
