"""Whether a request waits for locks with the thread it runs in.

The web server first runs a request that waits for none. One that meets a lock is undone and gives
its thread back; it runs again, and waits, when few enough others do so (`config/bridge.py`).
Everything else (workers, the admin, a shell) waits as PostgreSQL's `lock_timeout` allows.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

RUN = "gantry.run"
"""Where the environ of a request has its `Run`, if the server can run it again."""

_may_wait: ContextVar[bool] = ContextVar("may_wait", default=True)


@dataclass
class Run:
    """What the runs of one request have to know of each other."""

    may_wait: bool = False
    is_put_off: bool = False
    """It met a lock it may not wait for: its effects are undone, its answer is not to be sent."""
    is_counted: bool = False
    """Whether its attempt has been counted, which stays when a run is undone."""


def may_wait() -> bool:
    """Whether a row that somebody else has locked is waited for."""
    return _may_wait.get()


@contextmanager
def waiting(*, allowed: bool) -> Iterator[None]:
    """Allow or forbid the block to wait for locks of rows."""
    before = _may_wait.set(allowed)
    try:
        yield
    finally:
        _may_wait.reset(before)
