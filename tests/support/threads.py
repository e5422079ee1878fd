"""Several people at the same moment, each with a thread and a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any, TypeVar

from django.db import connections

from core.errors import Refusal
from tests.support.processors import use_all

T = TypeVar("T")


def at_once(*calls: Callable[[], T]) -> list[T]:
    """Run the calls together and return their results in the order of the calls."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], T]) -> T:
        use_all()
        barrier.wait(timeout=10)
        try:
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def succeeds(service: Callable[..., object], **facts: Any) -> bool:
    """Whether a service does what it is asked, or refuses."""
    try:
        service(**facts)
    except Refusal:
        return False
    return True


def times(count: int, call: Callable[[int], T]) -> list[T]:
    """The same call at once from so many threads; each is told which one it is."""
    return at_once(*[_told(call, n) for n in range(count)])


def _told(call: Callable[[int], T], n: int) -> Callable[[], T]:
    return lambda: call(n)
