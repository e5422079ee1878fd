"""Requests that wait for a locked row leave threads to those that do not."""

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any, NamedTuple

import psycopg
import pytest

from core.models import IdempotencyKey
from projects.models import Project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.config.raw import Server
from tests.support.actors import by
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import times

WRITERS = 12
READERS = 3
USUAL_SECONDS, HELD_SECONDS = 1.0, 3.0
"""PostgreSQL lets a statement wait for two."""
PAUSE = 0.05
"""Seconds between a reader's two questions."""
PATIENCE = 30.0
LOCK_SECONDS = 4
LONGEST_SECONDS = 12.0
"""Four without a thread, two with one, and some more on a busy machine."""
LOCK = "SELECT 1 FROM projects_project WHERE id = %s FOR NO KEY UPDATE"


class Told(NamedTuple):
    status: int
    retry_after: str | None
    seconds: float


def ask(server: Server, method: str, path: str, body: Any = None, **headers: str) -> Told:
    """One request of Lea's on a connection of its own."""
    connection = HTTPConnection("127.0.0.1", server.wire.port, timeout=PATIENCE)
    given = {"Authorization": f"Bearer {server.lea.token}", "Content-Type": "application/json"}
    began = time.monotonic()
    connection.request(method, path, json.dumps(body), {**given, **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return Told(answer.status, answer.headers["Retry-After"], time.monotonic() - began)


def rename(server: Server, task: Task, **headers: str) -> Told:
    return ask(server, "PATCH", f"/api/tasks/{task.pk}", {"title": "Oil"}, **headers)


@contextmanager
def held(url: str, project: Project) -> Iterator[None]:
    """Lock the project, as a long import would."""
    with psycopg.connect(url, options=AS_SYSTEM) as rival:
        rival.execute(LOCK, [project.pk])
        yield


def write_until_done(server: Server, task: Task, key: str) -> Told:
    """Rename the task, again as long as the server asks for that."""
    deadline = time.monotonic() + PATIENCE
    while True:
        told = rename(server, task, **{"Idempotency-Key": key})
        if told.status != 503 or time.monotonic() > deadline:
            return told


def reads(server: Server, seconds: float) -> float:
    """How often some readers are answered in each second of that time."""

    def read(_: int) -> int:
        count, deadline = 0, time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert ask(server, "GET", "/api/projects").status == 200
            count += 1
            time.sleep(PAUSE)
        return count

    return sum(times(READERS, read)) / seconds


@pytest.fixture(scope="module")
def usual_server(serve: Callable[..., Server]) -> Server:
    return serve(WEB_LOCK_SECONDS=str(LOCK_SECONDS))


@pytest.fixture
def tasks(server: Server) -> list[Task]:
    lea, project = server.cast.lea, server.cast.project
    return [create_task(actor=by(lea), project=project, title=f"{n}") for n in range(WRITERS)]


def test_readers_do_not_notice_writers_that_wait(
    server: Server, shared_db: CommittedDatabase, tasks: list[Task]
) -> None:
    """With a key of their own, or all with the same; each kind would take all threads."""
    usual, known = reads(server, USUAL_SECONDS), IdempotencyKey.objects.count()
    twin, *others = tasks
    writes = [(twin, "same")] * WRITERS + [(one, str(one.pk)) for one in others]
    with ThreadPoolExecutor(len(writes)) as threads:
        with held(shared_db.url, server.cast.project):
            done = [threads.submit(write_until_done, server, *write) for write in writes]
            beside = reads(server, HELD_SECONDS)
        answers = [each.result() for each in done]
    assert beside > usual / 3
    assert [told.status for told in answers] == [200] * len(writes)
    for task in tasks:
        assert [action for action, _, _ in log_of(task)] == ["created", "updated"]
    assert IdempotencyKey.objects.count() - known == WRITERS


def test_writers_without_a_thread_are_answered_when_the_lock_is_free(
    server: Server, shared_db: CommittedDatabase, tasks: list[Task]
) -> None:
    with ThreadPoolExecutor(WRITERS) as threads:
        with held(shared_db.url, server.cast.project):
            done = [threads.submit(rename, server, task) for task in tasks]
            time.sleep(1)
            assert not any(each.done() for each in done)
            elsewhere = {"name": "Engines"}
            told = ask(server, "POST", "/api/workspaces", elsewhere)
            assert (told.status, told.seconds < 1) == (201, True)
        assert [each.result().status for each in done] == [200] * WRITERS


def test_a_lock_that_stays_is_given_up_by_everybody_in_the_end(
    server: Server, shared_db: CommittedDatabase, tasks: list[Task]
) -> None:
    with held(shared_db.url, server.cast.project):
        answers = times(3 * WRITERS, lambda n: rename(server, tasks[n % WRITERS]))
    assert {(told.status, told.retry_after) for told in answers} == {(503, "1")}
    assert max(told.seconds for told in answers) < LONGEST_SECONDS
