"""Stopping a step that hangs."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings

SHARE = 0.8
"""Of a lease: after it others may claim the job."""


class StepHangs(Exception):
    """A step has neither ended nor reported anything for most of its lease."""


@contextmanager
def stopped_if_it_hangs() -> Iterator[Callable[[], None]]:
    """Raise StepHangs in the block when its time is over; the call it yields gives it anew.

    By a signal, which arrives in the main thread only: a block in another one is not stopped.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return

    def ring(*facts: Any) -> None:
        raise StepHangs

    def begin() -> None:
        signal.setitimer(signal.ITIMER_REAL, SHARE * settings.JOBS_LEASE)

    former = signal.signal(signal.SIGALRM, ring)
    try:
        begin()
        yield begin
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, former)
