"""Views, requests and answers end with their request, not with the next garbage collection."""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.request import Request
from rest_framework.views import APIView

from tasks.models import Task
from tests.support.cast import Cast, Client, client_of

KINDS = (APIView, Request)
"""Which hold all others. The client of the tests keeps responses and requests of Django itself."""


@contextmanager
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def left() -> Counter[str]:
    """What only the garbage collector can end."""
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
        return Counter(type(one).__name__ for one in gc.garbage if isinstance(one, KINDS))
    finally:
        gc.set_debug(0)
        gc.garbage.clear()


def ask_for_everything(client: Client, cast: Cast, task: Task) -> None:
    client.ask("GET", "/api/auth/me")
    client.ask("GET", f"/api/projects/{cast.project.pk}/tasks")
    client.ask("GET", f"/api/tasks/{task.pk}")
    client.ask("GET", "/api/tasks/nothing", status=404)
    client.ask("POST", f"/api/tasks/{task.pk}/comments", {"message": "Done."}, status=201)
    client.ask("POST", f"/api/tasks/{task.pk}/comments", {}, status=400)


def test_nothing_of_a_request_is_left(cast: Cast, task: Task) -> None:
    client = client_of(cast.lea)
    ask_for_everything(client, cast, task)
    with without_collector():
        ask_for_everything(client, cast, task)
        assert left() == Counter()
