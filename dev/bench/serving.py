"""Runs the servers for a block, each as one process with the same options."""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from subprocess import Popen
from typing import NamedTuple

from config import env, local, processes, programs
from dev.bench.express import express_command

PATIENCE = 60.0
ABSENT = Path(__file__).parent / "absent"
APPLICATION = "config.asgi:application"
BEFORE = "before"
EXPRESS = "express"
PRODUCT = "config.settings.production"
SERVERS = {
    "gantry": (APPLICATION, PRODUCT),
    "bare": ("dev.bench.bare_server:application", PRODUCT),
    "naive": (APPLICATION, "dev.bench.naive_settings"),
}

UNLIMITED = dict.fromkeys(("TASKS_PER_MINUTE", "WORKSPACE_TASKS_PER_MINUTE"), "1000000")
"""Settings that let through more than anybody sends; what counts it is measured as well."""


class Server(NamedTuple):
    port: int
    pid: int


@contextmanager
def serving(*names: str, before: str = "") -> Iterator[dict[str, Server]]:
    """Start all and return them by name; those not being measured are idle.

    `before` is the commit of BEFORE, with the same tables, served from a folder of its own.
    """
    with ExitStack() as stack:
        servers = {}
        for name in names:
            port = local.free_port()
            folder = stack.enter_context(_checked_out(before)) if name == BEFORE else env.ROOT
            command = express_command(port) if name == EXPRESS else _command(name, port, folder)
            servers[name] = Server(port, stack.enter_context(started(command, port)))
        yield servers


@contextmanager
def started(command: processes.Command, port: int) -> Iterator[int]:
    """Run a server for the block, once it listens; returns the id of its process."""
    log = local.DATA_DIR / f"{command.name}.log"
    with log.open("wb") as written:
        process = processes.start(command, written)
        try:
            wait_until_it_listens(process, port, log)
            yield process.pid
        finally:
            processes.stop(process, command)


def _command(name: str, port: int, folder: Path) -> processes.Command:
    application, settings = SERVERS.get(name, SERVERS["gantry"])
    argv = [application if part == APPLICATION else part for part in programs.web().argv]
    environment = {"DJANGO_SETTINGS_MODULE": settings, "PYTHONPATH": str(ABSENT)}
    environment |= UNLIMITED
    return processes.Command(name, [*argv, f"--port={port}"], env=environment, folder=folder)


@contextmanager
def _checked_out(commit: str) -> Iterator[Path]:
    """A folder with the files of a commit."""
    folder = local.DATA_DIR / BEFORE
    git = ["git", "-C", str(env.ROOT), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), commit], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def wait_until_it_listens(process: Popen[bytes], port: int, log: Path) -> None:
    """Wait until the port accepts connections; SystemExit with the log if it does not."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"A server did not start:\n{log.read_text()}")
