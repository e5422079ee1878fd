"""`bin/dev`: a whole Gantry on one machine, from nothing to a sign-in."""

from __future__ import annotations

import os
import signal
import socket
import sys
from typing import TYPE_CHECKING

from config import embedded, env, local, processes, programs
from config.supervisor import Supervisor, say

if TYPE_CHECKING:
    from types import FrameType

WELCOME = """
Gantry is ready.

    {address}                 the server
    {address}/api/docs        the API, explained
    {address}/admin/          the admin

{sign_in} Ctrl-C stops everything.
"""
DEMO = """Sign in as admin@example.com with the password gantry-demo; the other
demo people at example.com have the same one."""
NO_DEMO = """The database is your own, so nobody of the demo was added to it;
`bin/manage seed_demo --into NAME` does so."""


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    env.choose_settings("config.settings.development")
    os.environ.setdefault("LOG_FORMAT", "console")
    port = env.natural("PORT", 8000)
    if not local.is_free(port):
        raise SystemExit(f"Port {port} is taken: set PORT to a free one.")
    processes.keep_private()
    supervisor = Supervisor()
    try:
        _run(supervisor, port)
    except KeyboardInterrupt:
        say("stopping")
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
    return 0


def _run(supervisor: Supervisor, port: int) -> None:
    for server in embedded.servers():
        supervisor.serve(server)
    _manage("migrate", "--verbosity=0")
    seeded = local.DATA_DIR / "seeded"
    if local.has_own_database() and not seeded.exists():
        _manage("seed_demo", f"--into={local.DATABASE}")
        seeded.touch()
    for program in programs.PROGRAMS.values():
        supervisor.run(program())
    supervisor.watch(_Welcome(port).once_ready)


class _Welcome:
    def __init__(self, port: int) -> None:
        self.port, self.said = port, False

    def once_ready(self) -> None:
        if self.said:
            return
        with socket.socket() as probe:
            self.said = probe.connect_ex(("127.0.0.1", self.port)) == 0
        if self.said:
            sys.stdout.write(_welcome(self.port) + "\n")
            sys.stdout.flush()


def _welcome(port: int) -> str:
    sign_in = DEMO if local.has_own_database() else NO_DEMO
    return WELCOME.format(address=f"http://localhost:{port}", sign_in=sign_in)


def _manage(*arguments: str) -> None:
    command = processes.Command(arguments[0], programs.manage(*arguments))
    process = processes.start(command)
    try:
        code = process.wait()
    finally:
        processes.stop(process, command)
    if code:
        raise SystemExit(f"manage.py {arguments[0]} failed with {code}.")


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
