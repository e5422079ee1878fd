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

PATIENCE = 60.0
APPLICATION = "config.asgi:application"
BEFORE = "before"
SERVERS = {
    "gantry": (APPLICATION, "config.settings.production"),
    "bare": ("dev.bench.bare:application", ""),
    "naive": (APPLICATION, "dev.bench.naive_settings"),
}


class Server(NamedTuple):
    port: int
    pid: int


@contextmanager
def serving(before: str = "") -> Iterator[dict[str, Server]]:
    """Start all and return them by name; those not being measured are idle.

    `before` is an earlier commit with the same tables, served from a folder of its own.
    """
    with ExitStack() as stack:
        servers = {}
        for name in (*SERVERS, BEFORE) if before else SERVERS:
            port = local.free_port()
            folder = stack.enter_context(_checked_out(before)) if name == BEFORE else env.ROOT
            command = _command(name, port, folder)
            log = local.DATA_DIR / f"{name}.log"
            process = processes.start(command, stack.enter_context(log.open("wb")))
            stack.callback(processes.stop, process, command)
            wait_until_it_listens(process, port, log)
            servers[name] = Server(port, process.pid)
        yield servers


def _command(name: str, port: int, folder: Path) -> processes.Command:
    application, settings = SERVERS.get(name, SERVERS["gantry"])
    argv = [application if part == APPLICATION else part for part in programs.web().argv]
    environment = {"DJANGO_SETTINGS_MODULE": settings}
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
