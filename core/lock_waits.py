"""Whether a request may wait for a row lock, which blocks the thread it runs in.

The web server first runs each request without waiting: one that finds a row locked is rolled back
and frees its thread. It then runs again and may wait, as soon as few enough other requests wait
(`config/bridge.py`). Workers, the admin and a shell always wait, as long as `lock_timeout` allows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

RUN = "gantry.run"
"""The key of the WSGI environ that has the request's `Run`, if the server can run it again."""

_may_wait: ContextVar[bool] = ContextVar("may_wait", default=True)


@dataclass
class Run:
    """State of one run of a request, which the server runs at most twice."""

    may_wait: bool = False
    is_put_off: bool = False
    """Whether it found a row locked: it was rolled back, and its answer must not be sent."""
    is_counted: bool = False
    """Whether its attempt has been counted (`core.limits`), which a rollback does not undo."""


def may_wait() -> bool:
    """Whether the current thread may wait for a row locked by another transaction."""
    return _may_wait.get()


@contextmanager
def waiting(*, allowed: bool) -> Iterator[None]:
    """Allow or forbid waiting for row locks in the block."""
    before = _may_wait.set(allowed)
    try:
        yield
    finally:
        _may_wait.reset(before)
