"""What the supervisor says, as long as somebody reads it."""

from __future__ import annotations

import fcntl
import io
import os
import select
import sys

GONE = select.POLLERR | select.POLLHUP | select.POLLNVAL
STREAMS = (0, 1, 2)


class Unread(Exception):
    """The terminal was closed, or the program at the other end of the pipe has ended."""


def open_streams() -> None:
    """Make sure that standard streams exist, and can show whatever a path or a log holds."""
    for number in STREAMS:
        try:
            os.fstat(number)
        except OSError:
            # The next file to be opened would otherwise become the output of all programs.
            os.open(os.devnull, os.O_RDWR)
            fcntl.fcntl(number, fcntl.F_SETFD, 0)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    else:
        sys.stdout = os.fdopen(1, "w")


def say(line: str, name: str = "gantry") -> None:
    write(f"{name:<8}| {line}\n")


def write(text: str) -> None:
    """Raise Unread, once, where nobody reads any more; what follows is lost."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        _discard()
        raise Unread from None


def check_is_read() -> None:
    """Raise Unread where the next line would find no reader."""
    poll = select.poll()
    poll.register(sys.stdout, 0)
    if any(event & GONE for _, event in poll.poll(0)):
        _discard()
        raise Unread


def _discard() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
