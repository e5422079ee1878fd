"""Web processes, a Redis, and what sends mail, all of this run, which kills and starts them."""

from __future__ import annotations

import os
import signal
import socket
import time
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import redis

from config import env, local, processes, programs
from dev.bench.serving import PATIENCE, UNLIMITED, wait_until_it_listens
from dev.server import binaries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from subprocess import Popen

READY = "celery@"
"""What a worker says of itself once it takes messages."""
ENVIRONMENT = {**UNLIMITED, "TRUSTED_PROXY_COUNT": "1", "WEB_THREADS": "4"}


class Program:
    """A program that can be killed and started again, on a port that stays the same.

    The port is 0 if it has none.
    """

    def __init__(self, command: processes.Command, port: int, log: Path) -> None:
        self.command, self.port, self.log = command, port, log
        self.process = self._started()

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def wait(self) -> None:
        """Wait until it listens; SystemExit with its log if it does not."""
        wait_until_it_listens(self.process, self.port, self.log)

    def replace(self, *, gently: bool = False) -> None:
        """End it, by its stop signal or with SIGKILL, and start it without waiting for it."""
        self.end(gently=gently)
        self.start()

    def start(self, **extra: str) -> None:
        """With further variables for this time."""
        self.process = self._started(**extra)

    def end(self, *, gently: bool = False) -> None:
        if gently:
            processes.stop(self.process, self.command)
        processes.end(self.process)

    def freeze(self) -> None:
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def _started(self, **extra: str) -> Popen[bytes]:
        command = replace(self.command, env={**self.command.env, **extra})
        with self.log.open("ab") as output:
            return processes.start(command, output)


class Redis(Program):
    """Keeps nothing on disk: whatever it knew is gone when it is killed."""

    def __init__(self, folder: Path) -> None:
        port = local.free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        command = processes.Command("redis", [str(binaries.valkey_program()), *options])
        super().__init__(command, port, folder / "redis.log")
        self.url = f"redis://127.0.0.1:{port}/0"

    def flush(self) -> None:
        with redis.Redis(port=self.port, socket_timeout=5) as client:
            client.flushall()


class Servers:
    """`webs` are the web processes; `urls` their addresses, which stay the same."""

    def __init__(self, broker: Redis, webs: list[Program]) -> None:
        self.redis, self.webs = broker, webs
        self.urls = [f"http://127.0.0.1:{web.port}" for web in webs]

    def wait(self) -> None:
        for program in (self.redis, *self.webs):
            program.wait()


@contextmanager
def serving(folder: Path, amount: int = 2) -> Iterator[Servers]:
    """Run web processes on the database that the environment names; logs are kept in `folder`."""
    with ExitStack() as stack:
        broker = Redis(folder)
        stack.callback(broker.end)
        webs = [_web(broker.url, folder) for _ in range(amount)]
        for web in webs:
            stack.callback(web.end)
        servers = Servers(broker, webs)
        servers.wait()
        yield servers


@contextmanager
def sending(servers: Servers, folder: Path, **variables: str) -> Iterator[Senders]:
    """Run a relay, a worker and a beat beside the servers."""
    senders = Senders(servers.redis.url, folder, variables)
    try:
        yield senders
    finally:
        senders.end()


class Senders:
    """What sends mail; `relay`, `worker` and `beat` always run, but for the faults."""

    def __init__(self, redis_url: str, folder: Path, variables: dict[str, str]) -> None:
        self._folder = folder
        self._variables = {**variables, "REDIS_URL": redis_url}
        self._further: list[Program] = []
        self.relay, self.worker, self.beat = (
            self.further(make) for make in (programs.relay, programs.worker, programs.beat)
        )

    def further(self, make: Callable[[], processes.Command]) -> Program:
        """One more of them."""
        command = make()
        variables = {**command.env, **self._variables}
        command = replace(command, env=variables, folder=env.ROOT)
        program = Program(command, 0, self._folder / f"{command.name}.log")
        self._further.append(program)
        return program

    def lost_processes(self) -> int:
        """How many processes of workers were killed."""
        return self._said("SIGKILL")

    def wait_for(self, start: Callable[[], object]) -> None:
        """Start a worker, and wait until it takes messages; SystemExit with its log if not."""
        known, until = self._said(READY), time.monotonic() + PATIENCE
        start()
        while self._said(READY) == known:
            if time.monotonic() > until:
                raise SystemExit(f"A worker did not start:\n{self.worker.log.read_text()}")
            time.sleep(0.05)

    def _said(self, words: str) -> int:
        return self.worker.log.read_text().count(words)

    def end(self) -> None:
        for program in self._further:
            program.end()


def _web(redis_url: str, folder: Path) -> Program:
    port, command = local.free_port(), programs.web()
    variables = {**command.env, **ENVIRONMENT, "REDIS_URL": redis_url, "PORT": str(port)}
    argv = [*command.argv, f"--port={port}"]
    name = f"web-{port}"
    command = replace(command, name=name, argv=argv, env=variables, folder=env.ROOT)
    return Program(command, port, folder / f"{name}.log")


def migrate() -> None:
    command = processes.Command("migrate", programs.manage("migrate", "--verbosity=0"))
    process = processes.start(command)
    if process.wait():
        raise SystemExit("The migrations failed.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
