"""All tasks of a column or project stop blocking at once, while others change what they block."""

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from projects.models import Project
from projects.services.columns import update_column
from projects.services.projects import create_project
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.invariants import faults
from tests.support.relations import block, some_tasks
from tests.support.threads import during, times

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def other(cast: Cast) -> Project:
    return create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")


def lock(task: Task) -> None:
    Task.objects.locked(task.pk)


def test_blocked_tasks_are_locked_in_the_order_of_their_ids(cast: Cast, other: Project) -> None:
    """Whoever holds the first one and goes on to the second finds it free: no deadlock."""
    blockers, (first, second) = some_tasks(cast, 2), some_tasks(cast, 2, other)
    block(cast, blockers[0], second)
    block(cast, blockers[1], first)
    column = cast.project.statuses.get(key="TODO")
    change = partial(update_column, actor=by(cast.lea), column=column, changes={"category": "DONE"})
    during(partial(lock, first), change, then=partial(lock, second))
    assert faults() == {}


def test_blocked_tasks_are_locked_before_their_blockers_change(cast: Cast, other: Project) -> None:
    (blocker,), (task,) = some_tasks(cast, 1), some_tasks(cast, 1, other)
    block(cast, blocker, task)
    here = f"/api/projects/{cast.project.pk}"
    column = cast.project.statuses.get(key="TODO")
    asked: list[tuple[str, str, Any]] = [
        ("PATCH", f"{here}/statuses/{column.pk}", {"category": "DONE"}),
        ("PATCH", f"{here}/statuses/{column.pk}", {"category": "TODO"}),
        ("DELETE", here, None),
        ("POST", f"{here}/restore", {}),
    ]
    for method, path, body in asked:
        with CaptureQueriesContext(connection) as seen:
            client_of(cast.lea).ask(method, path, body, status=204 if body is None else 200)
        sent = [each["sql"] for each in seen]
        table = "projects_project" if "statuses" not in path else "tasks_task"
        changed = next(n for n, sql in enumerate(sent) if sql.startswith(f'UPDATE "{table}"'))
        assert any("tasks_relation" in sql and "FOR NO KEY" in sql for sql in sent[:changed]), sent
        assert faults() == {}


def test_counts_stay_right_while_columns_and_projects_change(cast: Cast, other: Project) -> None:
    blockers, blocked = some_tasks(cast, 4), some_tasks(cast, 4, other)
    for blocker in blockers:
        block(cast, blocker, *blocked[:1])
        block(cast, blocker, *blocked[3:])
    here = f"/api/projects/{cast.project.pk}"
    column = cast.project.statuses.get(key="TODO")

    def change(n: int) -> None:
        client = client_of(cast.ada if n % 2 else cast.lea)
        for turn in range(3):
            key = ("DONE", "TODO")[(n + turn) % 2]
            named = {"task_ids": [str(task.pk) for task in blocked[turn:]]}
            if n % 4 == 0:
                client.patch(f"{here}/statuses/{column.pk}", {"category": key}, "json")
            elif n % 4 == 1:
                client.delete(here)
                client.post(f"{here}/restore", {}, "json")
            elif n % 4 == 2:
                client.patch(f"/api/tasks/{blockers[turn].pk}", {"status": key}, "json")
            else:
                client.post("/api/tasks/bulk", {**named, "changes": {"status": key}}, "json")

    times(8, change)
    assert faults() == {}
