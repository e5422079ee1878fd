"""Runs uvicorn with its usual arguments; exits with 0 when it is stopped by SIGTERM."""

import ctypes
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from types import FrameType

import uvicorn

M_ARENA_MAX = -8
"""Of `mallopt(3)`, in glibc."""
RETURN_EVERY = 10
"""Seconds between two returns of memory, each of which takes less than two milliseconds."""


def share_memory() -> None:
    """Let threads allocate from two heaps, not each from its own, of which parts stay unused.

    Only one of them runs Python at a time, so that they hardly ever wait for each other.
    """
    with suppress(AttributeError):  # not glibc
        libc = ctypes.CDLL(None)
        libc.mallopt(M_ARENA_MAX, 2)
        Thread(target=_return_memory, args=[libc.malloc_trim], daemon=True).start()


def _return_memory(trim: Callable[[int], int]) -> None:
    """Give back what large answers have left free between pieces of memory that are in use.

    glibc itself only gives back the end of a heap.
    """
    while True:
        time.sleep(RETURN_EVERY)
        trim(0)


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    share_memory()
    # After its graceful shutdown uvicorn raises the signal again, which would end with 143.
    signal.signal(signal.SIGTERM, _end)
    uvicorn.main()
