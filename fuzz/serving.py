"""The product's own programs on throw-away servers, for the length of a block."""

import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen

from config import embedded, local, processes, programs

PATIENCE = 60.0
WEB_LOG = local.DATA_DIR / "web.log"


@contextmanager
def serving() -> Iterator[str]:
    """The address of a migrated server with a web process, a worker, beat and a relay."""
    port = local.free_port()
    os.environ["PORT"] = str(port)
    with embedded.running(durable=False), ExitStack() as stack:
        _migrate()
        for program in programs.PROGRAMS.values():
            command = program()
            log = local.DATA_DIR / f"{command.name}.log"
            process = processes.start(command, stack.enter_context(log.open("wb")))
            stack.callback(processes.stop, process, command)
            if command.name == "web":
                _wait(process, port, log)
        yield f"http://127.0.0.1:{port}"


def _migrate() -> None:
    command = processes.Command("migrate", programs.manage("migrate", "--verbosity=0"))
    process = processes.start(command)
    try:
        if process.wait():
            raise SystemExit("The migrations failed.")
    finally:
        processes.stop(process, command)


def _wait(process: Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"The web process did not start:\n{log.read_text()}")
