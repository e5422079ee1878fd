"""Several people at the same moment, each with a thread and a connection of their own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from time import monotonic, sleep
from typing import Any, TypeVar

from django.db import connection, connections, transaction

from core.errors import Refusal
from tests.support.processors import use_all

T = TypeVar("T")
WAITING = """
    SELECT count(*) FROM pg_locks
    WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
"""


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


def during(
    change: Callable[[], object],
    call: Callable[[], T],
    *,
    then: Callable[[], object] = lambda: None,
) -> T:
    """What the call returns that begins before the change is committed, and waits for its locks.

    `then` is called in the transaction of the change once the call waits.
    """
    changed = Event()

    def change_slowly() -> None:
        with transaction.atomic():
            change()
            changed.set()
            wait_for_a_waiter()
            then()

    def call_meanwhile() -> T:
        changed.wait(timeout=10)
        return call()

    slowly: Callable[[], Any] = change_slowly
    found: T = at_once(slowly, call_meanwhile)[1]
    return found


def wait_for_a_waiter() -> None:
    """Until another connection waits for a lock of this one."""
    deadline = monotonic() + 10
    with connection.cursor() as cursor:
        while monotonic() < deadline:
            cursor.execute(WAITING)
            if cursor.fetchone() != (0,):
                return
            sleep(0.02)
    message = "nobody waits for a lock"
    raise AssertionError(message)
