"""Output of the supervisor to the terminal, or to a pipe, either of which may be closed."""

from __future__ import annotations

import fcntl
import io
import os
import select
import sys

GONE = select.POLLERR | select.POLLHUP | select.POLLNVAL
STREAMS = (0, 1, 2)


class Unread(Exception):
    """Standard output is closed: the terminal, or the program that reads the pipe, has ended."""


def open_streams() -> None:
    """Make sure that the standard streams are open, and that any text can be written."""
    for number in STREAMS:
        try:
            os.fstat(number)
        except OSError:
            # Otherwise the next file to be opened gets this number, and all programs write into it.
            os.open(os.devnull, os.O_RDWR)
            fcntl.fcntl(number, fcntl.F_SETFD, 0)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    else:
        sys.stdout = os.fdopen(1, "w")


def say(line: str, name: str = "gantry") -> None:
    write(f"{name:<8}| {line}\n")


def write(text: str) -> None:
    """Write; raises Unread once if the output is closed, after which writes are discarded."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError:
        _discard()
        raise Unread from None


def check_is_read() -> None:
    """Raise Unread if the output is closed."""
    poll = select.poll()
    poll.register(sys.stdout, 0)
    if any(event & GONE for _, event in poll.poll(0)):
        _discard()
        raise Unread


def _discard() -> None:
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
