"""`bin/dev` as a real process tree in a folder of its own."""

import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from config import env, local, processes
from config.processes import Command
from dev.server import binaries
from tests.config.production import run_forked
from tests.config.wire import Wire
from tests.support.programs import PATIENCE, eventually

ODD_NAME = "gantry +%41#\"\\ 'é[x]"
START_PATIENCE = 180.0
# Empty rather than absent, so that neither the suite's own servers nor a `.env` fill them.
CHOSEN_BY_ITSELF = (
    "DATABASE_URL",
    "DATABASE_PASSWORD",
    "DIRECT_URL",
    "DIRECT_PASSWORD",
    "EMBEDDED_SUPERUSER_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "JWT_SECRET",
    "EMAIL_VERIFICATION",
    "EMAIL_URL",
    "FRONTEND_URL",
    "HOST",
)


START = "from dev.server.development import main; raise SystemExit(main())"


class Machine:
    """One data folder and port; may be started again and again.

    `chosen` is what its owner has set in the environment.
    """

    def __init__(self, folder: Path, **chosen: str) -> None:
        self.folder, self.port, self.chosen = folder, local.free_port(), chosen
        self.wire = Wire(self.port)
        self.log = folder / "said"
        self.said = ""
        self.ready_at = 0.0
        self.pid = 0
        self._process: subprocess.Popen[bytes] | None = None

    def boot(self) -> subprocess.Popen[bytes]:
        """Start, and do not wait."""
        self.log.unlink(missing_ok=True)
        with self.log.open("ab") as output:
            self._process = processes.start(self.command(), output)
        self.pid = self._process.pid
        return self._process

    def start_in_a_closed_terminal(self) -> None:
        """Unless it runs: in the background of a terminal that is shut while it starts."""
        if self.is_running():
            return
        self._process, self.log = None, self.folder / "nohup.out"
        terminal = Terminal(self, f"nohup {Terminal.START} & wait", self.folder)
        # By then it has said what it does with signals.
        eventually(self.serves, START_PATIENCE)
        [self.pid] = self._supervisors()
        terminal.close()
        eventually(self._is_ready, START_PATIENCE)
        self.ready_at = time.monotonic()

    def end(self, how: signal.Signals) -> int | None:
        """Send a signal to the supervisor; how it ended, if it was started by `boot`."""
        os.kill(self.pid, how)
        if self._process:
            return self._process.wait(60)
        eventually(lambda: not self.is_running())
        return None

    def is_running(self) -> bool:
        if self._process:
            return self._process.poll() is None
        return self.pid > 0 and Path(f"/proc/{self.pid}").exists()

    def stop(self) -> None:
        if self._process:
            processes.stop(self._process, self.command())
        for pid, words in self.alive().items():
            if "dev.server.development" in words:
                os.kill(int(pid), signal.SIGTERM)
        self.eventually(lambda: not self.alive())

    @staticmethod
    def eventually(is_so: Callable[[], object], patience: float = PATIENCE) -> None:
        """Wait for something about its processes, all of which have to be looked at for that."""
        eventually(is_so, patience, pause=0.2)

    def alive(self) -> dict[str, str]:
        """Of every process that belongs to this folder its command line."""
        found = {each.name: self._words_of(each) for each in Path("/proc").glob("[0-9]*")}
        return {pid: words for pid, words in found.items() if words}

    def serves(self) -> bool:
        return not local.is_free(self.port)

    def drafts(self) -> list[Path]:
        """Of a cluster that is being made."""
        cluster = (self.folder / "postgres").resolve()
        return list(cluster.parent.glob(f"{cluster.name}-draft-*"))

    def command(self) -> Command:
        command = development(self.folder, self.port)
        return replace(command, env=command.env | self.chosen)

    def _supervisors(self) -> list[int]:
        start = f"{sys.executable} -m dev.server.development"
        return [int(pid) for pid, words in self.alive().items() if words.startswith(start)]

    def _is_ready(self) -> bool:
        self.said = self.log.read_text()
        assert self.is_running(), self.said
        return "Gantry is ready." in self.said

    def _words_of(self, process: Path) -> str:
        """The command line, if the process was started for this folder or stands in it."""
        words, signs = "", ""
        with suppress(OSError):
            words = signs = (process / "cmdline").read_text(errors="replace")
            signs += (process / "environ").read_text(errors="replace")
            signs += str((process / "cwd").readlink())
        places = (self.folder, (self.folder / "postgres").resolve())
        return words.replace("\0", " ") if any(str(one) in signs for one in places) else ""


class Terminal:
    """A shell with a terminal of its own, in which a machine is started by a command."""

    START = f"{shlex.quote(sys.executable)} -m dev.server.development"

    def __init__(self, machine: Machine, command: str, folder: Path) -> None:
        self.pid, self.line = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            # The suite itself may run under `nohup`.
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            given = {**os.environ, **machine.command().env, "PYTHONPATH": str(env.ROOT)}
            os.execve("/bin/sh", ["sh", "-c", command], given)  # noqa: S606

    def close(self) -> None:
        """As whoever shuts the window does: the shell's processes are hung up on."""
        os.close(self.line)
        os.waitpid(self.pid, 0)


def throwaway(**chosen: str) -> Iterator[Machine]:
    """A machine in a folder that only its owner can enter, with an odd name."""
    with TemporaryDirectory(prefix=ODD_NAME, ignore_cleanup_errors=True) as name:
        machine = Machine(Path(name).resolve(), **chosen)
        yield machine
        machine.stop()
        binaries.remove(machine.folder)


def development(folder: Path, port: int) -> Command:
    chosen = dict.fromkeys(CHOSEN_BY_ITSELF, "")
    settings = {"DJANGO_SETTINGS_MODULE": "config.settings.development", "LOG_FORMAT": "console"}
    named = {"DATA_DIR": str(folder), "PORT": str(port)}
    argv = [sys.executable, "-m", "dev.server.development"]
    return Command("dev", argv, chosen | settings | named, None, env.ROOT, signal.SIGINT)


def forked(
    folder: Path, port: int, code: str = START, **chosen: str
) -> subprocess.CompletedProcess[str]:
    """A start, or other code as somebody runs it who has chosen no more, that begins sooner."""
    return run_forked(code, **(development(folder, port).env | chosen))


def refused(folder: Path, port: int, **chosen: str) -> tuple[int, str]:
    """How a start that must not succeed ended, and what it said."""
    command = development(folder, port)
    command = replace(command, env=command.env | chosen)
    process = processes.start(command, subprocess.PIPE)
    output, _ = process.communicate(timeout=60)
    return process.returncode, output.decode()
