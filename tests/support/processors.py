"""One processor for each worker of the suite, which it shares with its database sessions.

A query takes a quarter of the time if both sides run on one processor, because waking another one
takes longer than the query. Threads that test races (`tests.support.threads`) use all processors.
"""

import os
import re
from contextlib import suppress
from typing import Any

import pytest
from django.db.backends.signals import connection_created
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling
from xdist.workermanage import WorkerController

WAITING = 2
"""Workers that begin with files that start programs; as many more than processors by default."""
# Empty where a process cannot choose, as on macOS.
ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set[int]()
FIRST = ("test_production.py", "test_dev.py", "test_request_costs.py", "test_page_costs.py")
LONG = ("core", "matrix", "admin")
WITH_PROGRAMS = re.compile(
    r"tests/(config|outbox|fuzz|story)/|test_(without_redis|answer_memory|lock_waits|seed_demo|refuse_demo)"
)


class WholeFiles(LoadFileScheduling):
    """Gives a worker a file at a time, so that what a module shares is made once.

    Some workers begin with those that start programs, and wait for them, while others compute.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        waits = _number(node.gateway.id) >= self.numnodes - WAITING
        fitting = (file for file in self.workqueue if bool(WITH_PROGRAMS.search(file)) is waits)
        self.workqueue.move_to_end(next(fitting, next(iter(self.workqueue))), last=False)
        super()._assign_work_unit(node)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> WholeFiles:
    return WholeFiles(config, log)


def pytest_xdist_auto_num_workers() -> int:
    return max(len(ALL), 1) + WAITING


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no worker ends long after the others."""
    items.sort(key=lambda item: (item.path.name not in FIRST, item.path.parent.name not in LONG))


def pytest_sessionstart() -> None:
    """Keep this worker on one processor; without workers, pytest uses all of them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker and ALL:
        os.sched_setaffinity(0, {sorted(ALL)[_number(worker) % len(ALL)]})


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


def _number(worker: str) -> int:
    return int(worker.removeprefix("gw"))
