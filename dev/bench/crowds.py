"""Sockets of `bin/bench realtime`, in processes of their own, and requests beside them."""

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from http.client import HTTPConnection
from statistics import quantiles
from typing import Any, NamedTuple

from dev.bench.followers import Work

AT_ONCE = 32
KEPT_ALIVE = 2.0
PATIENCE = 30.0
Following = tuple[str, list[str], int | None]
"""A token, rooms, and the number after which they are followed."""


class Crowds:
    """Processes whose sockets are open; `seconds` is how long opening them took."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self._processes = processes
        self.latest = 0
        """The highest number of an event received."""
        opened = [self._heard(each) for each in processes]
        self.began = min(each["began"] for each in opened)
        self.seconds = max(each["opened"] for each in opened) - self.began

    def received(self) -> dict[str, list[float]]:
        """When events arrived since the last call, by the id of their row."""
        found: dict[str, list[float]] = defaultdict(list)
        for process in self._processes:
            _written(process, "\n")
            told = self._heard(process)
            if told["problems"]:
                raise SystemExit(f"{len(told['problems'])} sockets: {told['problems'][0]}")
            self.latest = max(self.latest, told["latest"])
            for row, times in told["received"].items():
                found[row] += times
        return found

    def _heard(self, process: subprocess.Popen[str]) -> dict[str, Any]:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise SystemExit("The clients have ended.")
        return dict(json.loads(line))


@contextmanager
def following(port: int, sockets: Sequence[Following], processes: int = 1) -> Iterator[Crowds]:
    """Open the sockets for the block, shared out among so many processes."""
    with ExitStack() as stack:
        started = []
        for number in range(processes):
            process = subprocess.Popen(
                [sys.executable, "-m", "dev.bench.followers"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            stack.callback(_end, process)
            theirs = list(sockets[number::processes])
            work = Work(port=port, sockets=theirs, at_once=max(AT_ONCE // processes, 1))
            _written(process, f"{json.dumps(asdict(work))}\n")
            started.append(process)
        yield Crowds(started)


def _written(process: subprocess.Popen[str], text: str) -> None:
    if process.stdin:
        process.stdin.write(text)
        process.stdin.flush()


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


class Asking:
    """A keep-alive connection of a person, opened again if the server may have closed it."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=30)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._used_at = 0.0

    def close(self) -> None:
        self._connection.close()

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        if time.monotonic() > self._used_at + KEPT_ALIVE:
            self._connection.close()
        text = None if body is None else json.dumps(body)
        self._connection.request(method, path, text, self._headers)
        answer = self._connection.getresponse()
        content, self._used_at = answer.read(), time.monotonic()
        if answer.status >= 400:
            raise SystemExit(content.decode(errors="replace"))
        return json.loads(content)


def write_steadily(
    asking: Asking, path: str, *, per_second: float, seconds: float
) -> dict[str, float]:
    """Create rows at a steady rate; returns when each was answered, by its id."""
    answered, start = {}, time.monotonic()
    for number in range(int(per_second * seconds)):
        time.sleep(max(start + number / per_second - time.monotonic(), 0))
        made = asking.ask("POST", path, {"title": f"Measured {number}"})
        answered[str(made["data"]["id"])] = time.monotonic()
    return answered


class Waits(NamedTuple):
    """Milliseconds from the answer of a write until a socket had its event; the last is of all."""

    p50: float
    p99: float
    last: float


def waits(opened: Crowds, answered: dict[str, float], sockets: int) -> Waits:
    """Of events that each socket receives once; SystemExit if one does not, or twice."""
    received: dict[str, list[float]] = defaultdict(list)
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for row, times in opened.received().items():
            received[row] += times
        if all(len(received[row]) == sockets for row in answered):
            break
        time.sleep(0.2)
    else:
        raise SystemExit(f"Not every event arrived {sockets} times.")
    found = [at - began for row, began in answered.items() for at in received[row]]
    cuts = quantiles(found, n=100)
    return Waits(cuts[49] * 1000, cuts[98] * 1000, max(found) * 1000)
