"""Runs the product's programs on temporary PostgreSQL and Valkey servers for a block."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from config import local, processes, programs
from dev.bench.serving import UNLIMITED, wait_until_it_listens
from dev.server import embedded


@contextmanager
def serving() -> Iterator[str]:
    """The URL of the server: a migrated database with web, worker, beat and relay running."""
    port = local.free_port()
    os.environ |= {"PORT": str(port), **UNLIMITED}
    with embedded.running(durable=False), ExitStack() as stack:
        _migrate()
        for program in programs.PROGRAMS.values():
            command = program()
            log = local.DATA_DIR / f"{command.name}.log"
            process = processes.start(command, stack.enter_context(log.open("wb")))
            stack.callback(processes.stop, process, command)
            if command.name == "web":
                wait_until_it_listens(process, port, log)
        yield f"http://127.0.0.1:{port}"


def _migrate() -> None:
    command = processes.Command("migrate", programs.manage("migrate", "--verbosity=0"))
    process = processes.start(command)
    try:
        if process.wait():
            raise SystemExit("The migrations failed.")
    finally:
        processes.stop(process, command)
