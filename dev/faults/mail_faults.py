"""What is done to the programs that send mail, to Redis, the web and the mail server."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING

import redis

from config import programs
from dev.mail_server import HOW, WELL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

    from config.processes import Command
    from dev.faults.mail_state import Outbox
    from dev.faults.serving import Program, Senders, Servers
    from dev.mail_server import MailServer

LEASE = 3
"""Seconds; a sender has twice as long."""
PAUSE, LONG_PAUSE = 0.05, 0.3
"""Seconds the mail server takes for a mail; the longer ones where what sends it is killed."""
POINTS = ("outbox.after_claim", "outbox.in_compose", "outbox.before_send", "outbox.after_send")
LONGEST_WAIT = 8.0
RELAY_TAKES_OVER = 4.0
"""Seconds until the relay has noticed that there is no worker, and sends by itself."""


class MailFaults:
    """`table` has them by name: each is entered before mail is written, left while it is."""

    def __init__(
        self, servers: Servers, senders: Senders, mail: MailServer, outbox: Outbox, chance: Random
    ) -> None:
        self.servers, self.senders, self.mail = servers, senders, mail
        self.outbox, self.chance = outbox, chance
        self.counts: Counter[str] = Counter()
        self.excused: set[str] = set()
        """Deliveries that were being sent when a sender was killed or stopped."""
        self.table = self._table()
        mail.pause = PAUSE

    def _table(self) -> dict[str, Callable[[], AbstractContextManager[None]]]:
        broker = self.servers.redis
        table: dict[str, Callable[[], AbstractContextManager[None]]] = {
            "worker killed": partial(_then, partial(self._kill, self.senders.worker)),
            "relay killed while it sends": self._kill_sending_relay,
            "relay stopped longer than its lease": self._freeze_relay,
            "web killed": partial(_then, self.servers.webs[0].replace),
            "redis killed": partial(_then, broker.replace),
            "redis stopped": partial(_then, partial(_freeze, broker, 2 * LEASE)),
            "redis flushed": partial(_then, self._flush),
            "two relays": partial(self._further, programs.relay),
            "two workers": partial(self._further, programs.worker),
            "two beats": partial(self._further, programs.beat),
            "no beat": self._without_beat,
        }
        for how in HOW:
            table[f"mail server: {how}"] = partial(self._with_bad_server, how)
        for point in POINTS:
            table[f"relay killed at {point}"] = partial(self._kill_relay_at, point)
        for point in POINTS[1:]:
            table[f"worker killed at {point}"] = partial(self._kill_worker_at, point)
        return table

    def _kill(self, program: Program) -> None:
        """What it was sending keeps its lease, so it is known."""
        program.end()
        self.excused |= self.outbox.being_sent()
        program.start()

    @contextmanager
    def _without_worker(self) -> Iterator[None]:
        """The relay sends by itself, slowly."""
        self.senders.worker.end()
        self.excused |= self.outbox.being_sent()
        self.mail.pause = LONG_PAUSE
        yield
        self.mail.pause = PAUSE
        self.senders.worker.start()

    @contextmanager
    def _kill_sending_relay(self) -> Iterator[None]:
        with self._without_worker():
            yield
            time.sleep(self.chance.uniform(RELAY_TAKES_OVER / 2, RELAY_TAKES_OVER))
            self._kill(self.senders.relay)

    @contextmanager
    def _freeze_relay(self) -> Iterator[None]:
        """Another one takes over what it was sending, until it wakes up."""
        with self._without_worker():
            yield
            time.sleep(self.chance.uniform(RELAY_TAKES_OVER / 2, RELAY_TAKES_OVER))
            self.senders.relay.freeze()
            self.excused |= self.outbox.being_sent()
            further = self.senders.further(programs.relay)
            time.sleep(2 * LEASE + 1)
            self.senders.relay.thaw()
            time.sleep(1)
            further.end(gently=True)

    @contextmanager
    def _kill_relay_at(self, point: str) -> Iterator[None]:
        relay = self.senders.relay
        with self._without_worker():
            relay.end()
            relay.start(GANTRY_FAULTS=self._killing_at(point))
            yield
            _wait(lambda: relay.process.poll() is not None)
            self.counts["relays that died at a point"] += relay.process.poll() is not None
            self._kill(relay)

    @contextmanager
    def _kill_worker_at(self, point: str) -> Iterator[None]:
        """Each of its processes in turn; what they were sending is not known, but what could be."""
        decided = {row.id for row in self.outbox.rows()} - self.outbox.undecided()
        worker, known = self.senders.worker, self.senders.lost_processes()
        worker.end()
        self.senders.wait_for(partial(worker.start, GANTRY_FAULTS=self._killing_at(point)))
        yield
        _wait(lambda: self.senders.lost_processes() > known)
        self.counts["worker's processes that died at a point"] += (
            self.senders.lost_processes() - known
        )
        self._kill(worker)
        self.excused |= {row.id for row in self.outbox.rows()} - decided

    def _killing_at(self, point: str) -> str:
        return f"{point}=kill:{self.chance.randint(1, 2)}"

    def _flush(self) -> None:
        for _ in range(5):
            with suppress(redis.RedisError):
                self.servers.redis.flush()
            time.sleep(0.2)

    @contextmanager
    def _with_bad_server(self, how: str) -> Iterator[None]:
        known = self.mail.misbehaved
        self.mail.behave(how)
        yield
        if how == "refuses":
            time.sleep(RELAY_TAKES_OVER)
        else:
            _wait(lambda: self.mail.misbehaved > known + 2)
        self.mail.behave(WELL)

    @contextmanager
    def _further(self, make: Callable[[], Command]) -> Iterator[None]:
        further = self.senders.further(make)
        time.sleep(RELAY_TAKES_OVER)
        yield
        time.sleep(1)
        further.end(gently=True)

    @contextmanager
    def _without_beat(self) -> Iterator[None]:
        self.senders.beat.end()
        yield
        time.sleep(1)
        self.senders.beat.start()


@contextmanager
def _then(fault: Callable[[], object]) -> Iterator[None]:
    """Do it while mail is written."""
    yield
    fault()


def _freeze(program: Program, seconds: float) -> None:
    program.freeze()
    time.sleep(seconds)
    program.thaw()


def _wait(condition: Callable[[], bool]) -> None:
    """Until it is so; at most LONGEST_WAIT, as what is waited for need not happen."""
    until = time.monotonic() + LONGEST_WAIT
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
