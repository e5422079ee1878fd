"""Dependencies added at the same time close no cycle."""

from json import dumps
from random import Random
from typing import Any

import psycopg
from django.db import OperationalError, connection, connections
from psycopg.errors import LockNotAvailable

from core.errors import Refusal
from core.lock_waits import RUN, Run
from tasks.models import RelatedAs, Relation, Task
from tasks.services.relations import add_relation
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.context import AS_SYSTEM
from tests.support.databases import CommittedDatabase
from tests.support.invariants import faults
from tests.support.relations import block, some_tasks
from tests.support.threads import times

IN_CYCLES = """
    WITH RECURSIVE reach (start, id) AS (
        SELECT source_id, target_id FROM tasks_relation
        UNION SELECT start, target_id FROM reach JOIN tasks_relation ON source_id = reach.id
    )
    SELECT count(*) FROM reach WHERE start = id
"""


def in_cycles() -> int:
    with connection.cursor() as cursor:
        cursor.execute(IN_CYCLES)
        return int(cursor.fetchone()[0])


def test_forty_threads_add_dependencies_without_a_cycle(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    tasks = some_tasks(cast, 30)

    def add(n: int) -> list[str]:
        random, codes = Random(n), []
        for _ in range(2):
            task, other = random.sample(tasks, 2)
            try:
                add_relation(actor=by(cast.ada), task=task, other=other, kind=RelatedAs.BLOCKS)
            except Refusal as refusal:
                codes.append(refusal.code)
            except OperationalError as busy:  # on a slow machine, behind 39 others
                if not isinstance(busy.__cause__, LockNotAvailable):
                    raise
        return codes

    refused = {code for codes in times(40, add) for code in codes}
    assert refused <= {"dependency_cycle", "already_related"}
    assert "dependency_cycle" in refused
    assert in_cycles() == 0
    assert Relation.objects.count() > 20
    assert faults() == {}


def test_of_two_that_close_a_cycle_together_one_is_refused(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    client = client_of(cast.ada)
    for _ in range(5):
        first, second, third, fourth = some_tasks(cast, 4)
        block(cast, first, second)
        block(cast, third, fourth)
        # No task is in both pairs, so that no lock of a row is in the way.
        pairs = [(second, third), (fourth, first)]

        def add(n: int, pairs: list[tuple[Task, Task]] = pairs) -> int:
            (blocker, blocked), path = pairs[n], "/api/tasks/{}/dependencies"
            body = {"depends_on": str(blocker.pk)}
            return client.post(path.format(blocked.pk), body, "json").status_code

        assert sorted(times(2, add)) == [201, 409]
    assert in_cycles() == 0


def first_run(cast: Cast, path: str, body: Any) -> Run:
    """A request of Ada's as the web server makes it first, without waiting for a lock."""
    extra: dict[str, Any] = {RUN: (run := Run())}
    client_of(cast.ada).generic(
        "PATCH" if "status" in body else "POST", path, dumps(body), "application/json", **extra
    )
    connections.close_all()
    return run


def test_a_request_that_may_not_wait_is_put_off(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    blocker, task = some_tasks(cast, 2)
    body = {"depends_on": str(blocker.pk)}
    path = f"/api/tasks/{task.pk}"
    with psycopg.connect(committed_db.url, options=AS_SYSTEM) as rival:
        turn = f"relations of {cast.workspace.pk}"
        rival.execute("SELECT await_turn(%s, false, true)", [turn])
        assert first_run(cast, f"{path}/dependencies", body).is_put_off
        rival.rollback()
        assert not first_run(cast, f"{path}/dependencies", body).is_put_off
        rival.execute("SELECT FROM tasks_task WHERE id = %s FOR NO KEY UPDATE", [task.pk])
        done = {"status": "DONE"}
        assert first_run(cast, f"/api/tasks/{blocker.pk}", done).is_put_off
        rival.rollback()
        assert not first_run(cast, f"/api/tasks/{blocker.pk}", done).is_put_off
    assert Relation.objects.count() == 1
