"""Runs the three servers for a block, each as one process with the same options."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen

from config import local, processes, programs

PATIENCE = 60.0
APPLICATION = "config.asgi:application"
SERVERS = {
    "gantry": (APPLICATION, "config.settings.production"),
    "bare": ("dev.bench.bare:application", ""),
    "naive": (APPLICATION, "dev.bench.naive_settings"),
}


@contextmanager
def serving() -> Iterator[dict[str, int]]:
    """Start all three and return their ports by name; those not being measured are idle."""
    with ExitStack() as stack:
        ports = {}
        for name in SERVERS:
            ports[name] = local.free_port()
            command = _command(name, ports[name])
            log = local.DATA_DIR / f"{name}.log"
            process = processes.start(command, stack.enter_context(log.open("wb")))
            stack.callback(processes.stop, process, command)
            wait_until_it_listens(process, ports[name], log)
        yield ports


def _command(name: str, port: int) -> processes.Command:
    application, settings = SERVERS[name]
    argv = [application if part == APPLICATION else part for part in programs.web().argv]
    environment = {"DJANGO_SETTINGS_MODULE": settings}
    return processes.Command(name, [*argv, f"--port={port}"], env=environment)


def wait_until_it_listens(process: Popen[bytes], port: int, log: Path) -> None:
    """Wait until the port accepts connections; SystemExit with the log if it does not."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"A server did not start:\n{log.read_text()}")
