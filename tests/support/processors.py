"""One processor for each worker of the suite, which it shares with its database sessions.

A query takes a quarter of the time if both sides run on one processor, because waking another one
takes longer than the query. Threads that test races (`tests.support.threads`) use all processors.
"""

import os
from contextlib import suppress
from typing import Any

import pytest
from django.db.backends.signals import connection_created

# Empty where a process cannot choose, as on macOS.
ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set[int]()
LONGEST = ("test_production.py",)
WITH_PROGRAMS = ("config", "outbox")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker ends long after the others."""
    items.sort(
        key=lambda item: (
            item.path.name not in LONGEST,
            item.path.parent.name not in WITH_PROGRAMS,
        )
    )


def pytest_sessionstart() -> None:
    """Keep this worker on one processor; without workers, pytest uses all of them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and ALL:
        number = int(worker.removeprefix("gw")) % len(ALL)
        os.sched_setaffinity(0, {sorted(ALL)[number]})


def use_all() -> None:
    """Let the current thread, and its database sessions opened later, run on every processor."""
    if ALL:
        os.sched_setaffinity(0, ALL)


def _keep_together(connection: Any, **named: Any) -> None:
    """Run the session where its client runs."""
    # Another user's process, or one behind a proxy, stays where it is.
    with suppress(OSError, AttributeError):
        os.sched_setaffinity(connection.connection.info.backend_pid, os.sched_getaffinity(0))


connection_created.connect(_keep_together, dispatch_uid="processors")
