"""Heartbeat files of programs without a port (worker, beat, relay), read by the health check."""

from __future__ import annotations

import fcntl
import logging
import os
import socket
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

INTERVAL = 1.0
"""Least number of seconds between two heartbeats."""
RETRY = 10.0
"""Seconds until the next attempt after a heartbeat could not be written."""
WIDTH = 20
"""Bytes of a heartbeat: `time.monotonic()` as text; all processes of a machine share that clock."""


class Heartbeat:
    """The heartbeat of the running program, which calls `beat` in its main loop.

    The process holds a lock on the file, which the kernel releases however the process ends.
    """

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, _subfolder(folder)
        self._file: int | None = None
        self._due = 0.0

    def beat(self) -> None:
        """Write the time; a failure to write is logged, and does not stop the program."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + INTERVAL
        try:
            if self._file is None:
                self._file = self._open()
            os.pwrite(self._file, f"{now:{WIDTH}.3f}".encode(), 0)
        except OSError as problem:
            self._due = now + RETRY
            logger.warning("heartbeat_not_written", extra={"problem": str(problem)})

    def _open(self) -> int:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_stale(self.folder, self.program)
        while True:
            name = f"{self.program}.{socket.gethostname()}.{uuid4().hex}"
            file = os.open(self.folder / name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            # Another program that starts may have removed it as stale before it was locked.
            if os.fstat(file).st_nlink:
                return file
            os.close(file)


def ages(program: str, folder: Path) -> list[float]:
    """Seconds since the last heartbeat of each running program of this name on this machine."""
    found = []
    for path in _subfolder(folder).glob(f"{program}.{socket.gethostname()}.*"):
        with _opened(path) as file:
            if file is not None and not _is_stale(file):
                written = os.pread(file, WIDTH, 0)
                found.append(time.monotonic() - float(written or 0))
    return found


def _subfolder(folder: Path) -> Path:
    return folder / "heartbeats"


def _remove_stale(folder: Path, program: str) -> None:
    """Remove the files of processes that have ended, while holding their locks."""
    for path in folder.glob(f"{program}.*"):
        with _opened(path) as file:
            if file is not None and _is_stale(file):
                path.unlink(missing_ok=True)


def _is_stale(file: int) -> bool:
    """Whether the process that wrote the file has ended; if so, the file is now locked by us."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """Open the file for the block; None if it has been removed meanwhile."""
    try:
        opened = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with closing(opened):
        yield opened.fileno()
