"""Runs uvicorn with its usual arguments; exits with 0 when it is stopped by SIGTERM."""

import ctypes
import signal
from contextlib import suppress
from types import FrameType

import uvicorn

M_ARENA_MAX = -8
"""Of `mallopt(3)`, in glibc."""


def share_memory() -> None:
    """Let threads allocate from two heaps, not each from its own, of which parts stay unused.

    Only one of them runs Python at a time, so that they hardly ever wait for each other.
    """
    with suppress(AttributeError):  # not glibc
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    share_memory()
    # After its graceful shutdown uvicorn raises the signal again, which would end with 143.
    signal.signal(signal.SIGTERM, _end)
    uvicorn.main()
