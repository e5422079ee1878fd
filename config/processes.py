"""Starting and stopping child processes, which end when the process that started them ends."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

PATIENCE = 20.0
PR_SET_PDEATHSIG = 1
HARMLESS = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """The system user that a program runs as."""

    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    name: str
    argv: list[str]
    env: dict[str, str] = field(default_factory=dict)
    account: Account | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    knows_secrets: bool = True
    """Whether it inherits this process's environment; not if it runs as another `account`."""


def start(command: Command, output: IO[bytes] | int | None = None) -> subprocess.Popen[bytes]:
    """Start a program that gets its stop signal when this process ends (on Linux).

    Call it from the main thread: the kernel sends the signal when the thread that started it ends.
    """
    account = command.account
    # preexec_fn is safe because callers have no other threads.
    return subprocess.Popen(
        command.argv,
        env={**_environment(command), **command.env},
        cwd=command.folder,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        process_group=0,
        preexec_fn=partial(_tie_to_parent, os.getpid(), command.stop_signal),  # noqa: PLW1509
    )


def _environment(command: Command) -> dict[str, str]:
    # Without secrets for another account: the user of a process may read its environment.
    if command.account is None and command.knows_secrets:
        return dict(os.environ)
    return {name: os.environ[name] for name in HARMLESS if name in os.environ}


def keep_private() -> None:
    """Set the umask: files made from now on, by child processes too, are for their owner only."""
    os.umask(0o077)


def stop(process: subprocess.Popen[bytes], command: Command, patience: float = PATIENCE) -> None:
    """Send the stop signal, wait at most `patience` seconds, then kill its process group."""
    ask(process, command)
    await_end(process, patience)


def ask(process: subprocess.Popen[bytes], command: Command) -> None:
    """Send the stop signal; call it once, because a second one may interrupt a clean shutdown."""
    if process.poll() is None:
        process.send_signal(command.stop_signal)


def await_end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Wait at most `patience` seconds for a program to stop, then kill its process group."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill its process group with SIGKILL, and wait for the process."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_leftover(pid_file: Path, belongs: str, polite: signal.Signals) -> None:
    """End the process in a pid file, which a killed supervisor has left running.

    `belongs` is a part of its command line, `polite` the signal to try first.
    """
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if belongs not in command_line(pid):
        # The pid may have been reused, in which case the server would refuse to start.
        pid_file.unlink(missing_ok=True)
        return
    for request in (polite, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, request)
        if _is_gone(pid, belongs):
            return


def command_line(pid: int) -> str:
    """The command line of a process, empty if it does not exist."""
    if Path("/proc/self").exists():
        with contextlib.suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
            return words.decode(errors="replace")
        return ""
    found = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return found.stdout


def _is_gone(pid: int, belongs: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if belongs not in command_line(pid):
            return True
        time.sleep(0.05)
    return False


def _tie_to_parent(parent: int, request: signal.Signals) -> None:
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, int(request))
    if os.getppid() != parent:
        os._exit(1)
