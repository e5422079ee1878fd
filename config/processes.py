"""Starting other programs so that they never outlive the one that started them."""

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
    """The system user a program runs as."""

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
    """Whether it gets this process's environment; a program of another account never does."""


def start(command: Command, output: IO[bytes] | int | None = None) -> subprocess.Popen[bytes]:
    """Must be called from the main thread: the leash is tied to the thread that starts."""
    account = command.account
    # Callers have no threads, which is what makes preexec_fn safe here.
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
    # Who runs a process may read its environment.
    if command.account is None and command.knows_secrets:
        return dict(os.environ)
    return {name: os.environ[name] for name in HARMLESS if name in os.environ}


def keep_private() -> None:
    """Make files for their owner alone from now on, here and in all programs started from here."""
    os.umask(0o077)


def stop(process: subprocess.Popen[bytes], command: Command, patience: float = PATIENCE) -> None:
    """Ask politely, wait, then end whatever is left of its group."""
    ask(process, command)
    await_end(process, patience)


def ask(process: subprocess.Popen[bytes], command: Command) -> None:
    """Ask to stop; once is enough, for a second request may interrupt the answer to the first."""
    if process.poll() is None:
        process.send_signal(command.stop_signal)


def await_end(process: subprocess.Popen[bytes], patience: float) -> None:
    """Wait for a program that was asked, then end whatever is left of its group."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End whatever is left of its group, even what is frozen, at once."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def end_leftover(pid_file: Path, belongs: str, polite: signal.Signals) -> None:
    """End the process a killed supervisor left behind; `belongs` is text of its command line."""
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if belongs not in command_line(pid):
        # The number may by now belong to a stranger, at whom the server would take fright.
        pid_file.unlink(missing_ok=True)
        return
    for request in (polite, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, request)
        if _is_gone(pid, belongs):
            return


def command_line(pid: int) -> str:
    """Empty for a process that does not exist."""
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
