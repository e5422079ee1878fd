"""Heartbeats of programs that serve no port: files that a health check reads."""

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

EVERY = 1.0
"""Seconds between two heartbeats at least."""
RETRY = 10.0
"""Seconds until the next attempt where the disk has refused one."""
WIDTH = 20
"""Bytes of a heartbeat: seconds of the monotonic clock, which all processes of a machine share."""


class Heartbeat:
    """One running program, which calls `beat` in its loop.

    Its file is locked for as long as the process lives, however it ends.
    """

    def __init__(self, program: str, folder: Path) -> None:
        self.program, self.folder = program, _below(folder)
        self._file: int | None = None
        self._due = 0.0

    def beat(self) -> None:
        """Write the time; a disk that refuses it stops the heartbeat and not the program."""
        now = time.monotonic()
        if now < self._due:
            return
        self._due = now + EVERY
        try:
            if self._file is None:
                self._file = self._open()
            os.pwrite(self._file, f"{now:{WIDTH}.3f}".encode(), 0)
        except OSError as problem:
            self._due = now + RETRY
            logger.warning("heartbeat_not_written", extra={"problem": str(problem)})

    def _open(self) -> int:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _remove_left(self.folder, self.program)
        while True:
            name = f"{self.program}.{socket.gethostname()}.{uuid4().hex}"
            file = os.open(self.folder / name, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            # Another program that starts may have taken it for one that was left.
            if os.fstat(file).st_nlink:
                return file
            os.close(file)


def ages(program: str, folder: Path) -> list[float]:
    """Seconds since the last heartbeat of each running program of this name on this machine."""
    found = []
    for path in _below(folder).glob(f"{program}.{socket.gethostname()}.*"):
        with _opened(path) as file:
            if file is not None and not _is_left(file):
                written = os.pread(file, WIDTH, 0)
                found.append(time.monotonic() - float(written or 0))
    return found


def _below(folder: Path) -> Path:
    return folder / "heartbeats"


def _remove_left(folder: Path, program: str) -> None:
    """Remove the files of processes that are gone, while holding their locks."""
    for path in folder.glob(f"{program}.*"):
        with _opened(path) as file:
            if file is not None and _is_left(file):
                path.unlink(missing_ok=True)


def _is_left(file: int) -> bool:
    """Whether the process that wrote it has ended; if so, it is locked until it is closed."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def _opened(path: Path) -> Iterator[int | None]:
    """Nothing if it has been removed meanwhile."""
    try:
        opened = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    with closing(opened):
        yield opened.fileno()
