"""Runs servers and programs, restarts programs that end, and stops all when it ends."""

from __future__ import annotations

import os
import selectors
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config import processes
from dev.server import embedded
from dev.server.console import check_is_read, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from config.processes import Command
    from dev.server.liveness import LivenessProbe

TICK = 0.2
HEALTHY_AFTER = 30.0
LONGEST_PAUSE = 30.0
STOP_PATIENCE = 10.0


@dataclass
class Child:
    command: Command
    launch: Callable[[Command], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    failures: int = 0
    unfinished: bytes = b""
    probe: LivenessProbe | None = None

    def start(self) -> None:
        self.started = time.monotonic()
        if self.probe:
            self.probe.restart()
        self.process = self.launch(self.command)

    def close(self) -> None:
        """Close its output and the connection of its probe."""
        if self.process and self.process.stdout:
            self.process.stdout.close()
        if self.probe:
            self.probe.restart()

    def note_end(self, code: int) -> None:
        lived = time.monotonic() - self.started
        self.failures = 1 if lived > HEALTHY_AFTER else self.failures + 1
        pause = min(LONGEST_PAUSE, 2.0 ** (self.failures - 1))
        self.due = time.monotonic() + pause
        say(f"{self.command.name} ended with {code}; starting it again in {pause:.0f} s")


class Supervisor:
    def __init__(self) -> None:
        self.children: list[Child] = []
        self.outputs = selectors.DefaultSelector()

    def serve(self, server: Command) -> None:
        """Start a database or broker and wait until it answers, because programs need it."""
        self._add(Child(server, embedded.start))

    def run(self, program: Command, probe: LivenessProbe | None = None) -> None:
        """Start a program, which is restarted when it ends or its probe fails."""
        self._add(Child(program, self._start_with_output, probe=probe))

    def watch(self, every_tick: Callable[[], None]) -> None:
        """Pass on output and restart programs, until KeyboardInterrupt or Unread is raised."""
        while True:
            check_is_read()
            for key, _ in self.outputs.select(TICK):
                self._pass_on(key.data)
            for child in self.children:
                self._revive(child)
            every_tick()

    def stop(self) -> None:
        """Stop the programs, all at the same time, then the servers they use."""
        living = [(child, child.process) for child in reversed(self.children) if child.process]
        programs = [one for one in living if one[0].launch is not embedded.start]
        for child, process in programs:
            processes.ask(process, child.command)
        for _, process in programs:
            processes.await_end(process, STOP_PATIENCE)
        for child, process in living:
            if child.launch is embedded.start:
                processes.stop(process, child.command, STOP_PATIENCE)
            child.close()

    def _add(self, child: Child) -> None:
        self.children.append(child)
        child.start()

    def _start_with_output(self, command: Command) -> subprocess.Popen[bytes]:
        process = processes.start(command, subprocess.PIPE)
        child = next(child for child in self.children if child.command is command)
        if process.stdout:
            self.outputs.register(process.stdout, selectors.EVENT_READ, child)
        return process

    def _pass_on(self, child: Child) -> None:
        stream = child.process.stdout if child.process else None
        if stream is None:
            return
        text = os.read(stream.fileno(), 65_536)
        if not text:
            self.outputs.unregister(stream)
            stream.close()
        *lines, child.unfinished = (child.unfinished + text).split(b"\n")
        for line in lines:
            say(line.decode(errors="replace"), child.command.name)

    def _revive(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.due:
                self._try_again(child)
            return
        if child.probe and child.probe.has_failed():
            say(f"{child.command.name} has not answered for long; replacing it")
            processes.end(child.process)
        code = child.process.poll()
        if code is None:
            return
        # And the rest of its process group, which may keep its output open.
        processes.end(child.process)
        self._drain(child)
        child.process = None
        child.note_end(code)

    def _drain(self, child: Child) -> None:
        while child.process and child.process.stdout and not child.process.stdout.closed:
            self._pass_on(child)

    def _try_again(self, child: Child) -> None:
        try:
            child.start()
        except SystemExit as problem:
            say(str(problem))
            child.note_end(1)
