"""`bin/dev`: starts embedded servers, migrates, seeds the demo and runs all programs."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured

from config import env, local, processes, programs
from dev.server import embedded
from dev.server.console import Unread, open_streams, say, write
from dev.server.liveness import LivenessProbe
from dev.server.supervisor import Supervisor

if TYPE_CHECKING:
    from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LEFTOVER_PATIENCE = 10.0
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
    open_streams()
    _interrupt_on_signals()
    env.choose_settings("config.settings.development")
    os.environ.setdefault("LOG_FORMAT", "console")
    os.environ.setdefault("WORKER_QUEUES", "mail,default")  # jobs have a worker of their own
    processes.keep_private()
    site, supervisor = _Site(), Supervisor()
    try:
        _claim(site)
        _run(supervisor, site)
    except KeyboardInterrupt:
        with suppress(Unread):
            say("stopping")
    except Unread:
        # End quietly, as programs do on SIGPIPE.
        pass
    finally:
        for number in ENDING:
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
        local.unlock()
    return 0


class _Site:
    """The address of the web server, from HOST and PORT."""

    def __init__(self) -> None:
        try:
            self.host, self.port = programs.web_listens_at()
        except ImproperlyConfigured as problem:
            raise SystemExit(str(problem)) from None
        self._asked_at, _ = programs.web_address()
        is_here = self._asked_at in env.THIS_MACHINE
        shown = f"[{self.host}]" if ":" in self.host else self.host
        self.url = f"http://{'localhost' if is_here else shown}:{self.port}"

    def address(self) -> tuple[str, int]:
        """The IP address and port, resolved once so that the probe need not."""
        found = socket.getaddrinfo(self._asked_at, self.port, type=socket.SOCK_STREAM)[0][4]
        return str(found[0]), self.port


def _interrupt_on_signals() -> None:
    for number in ENDING:
        # `nohup` ignores SIGHUP, so that the server survives the end of its terminal.
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _claim(site: _Site) -> None:
    """Lock the data folder and check that the port is free; SystemExit if not."""
    was_killed = local.lock(site.url)
    deadline = time.monotonic() + (LEFTOVER_PATIENCE if was_killed else 0)
    # Programs of a killed supervisor may still be ending, and hold the port.
    while time.monotonic() < deadline and not local.is_free(site.port, site.host):
        time.sleep(0.1)
    local.check_address(site.host, site.port)


def _run(supervisor: Supervisor, site: _Site) -> None:
    for server in embedded.servers():
        supervisor.serve(server)
    _manage("migrate", "--verbosity=0", "--skip-checks")
    seeded = local.DATA_DIR / "seeded"
    if local.has_own_database() and not seeded.exists():
        _manage("seed_demo", f"--into={local.DATABASE}")
        seeded.touch()
    probe = LivenessProbe(site.address())
    for name, program in programs.PROGRAMS.items():
        supervisor.run(program(), probe if name == "web" else None)
    supervisor.watch(_Welcome(site, probe).once_ready)


class _Welcome:
    def __init__(self, site: _Site, probe: LivenessProbe) -> None:
        self.site, self.probe, self.said = site, probe, False

    def once_ready(self) -> None:
        if self.probe.has_answered and not self.said:
            self.said = True
            write(welcome(self.site.url) + "\n")


def welcome(address: str) -> str:
    sign_in = DEMO if local.has_own_database() else NO_DEMO
    return WELCOME.format(address=address, sign_in=sign_in)


def _manage(*arguments: str) -> None:
    command = processes.Command(arguments[0], programs.manage(*arguments))
    process = processes.start(command)
    try:
        code = process.wait()
    finally:
        processes.stop(process, command)
    if code < 0:
        raise SystemExit(f"manage.py {arguments[0]} was ended by signal {-code}.")
    if code:
        raise SystemExit(code)  # the command has printed the reason


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
