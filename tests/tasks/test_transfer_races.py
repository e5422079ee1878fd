"""A task is moved to another project while somebody else, who has found it, waits for its lock."""

from functools import partial
from typing import Any

import pytest

from projects.models import Project
from projects.services.projects import create_project
from tasks.models import FormerKey, Relation, Task
from tasks.services.labels import add_label
from tasks.services.transfers import transfer_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.invariants import faults
from tests.support.log import log_of
from tests.support.relations import some_tasks
from tests.support.threads import during, times

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def other(cast: Cast) -> Project:
    """A private project, of which Lea is no member."""
    return create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Loom", visibility="PRIVATE"
    )


@pytest.fixture
def task(cast: Cast) -> Task:
    return some_tasks(cast, 1)[0]


def while_moved(cast: Cast, task: Task, project: Project, path: str, body: Any) -> Any:
    """The answer to Lea, who asks while Ada moves the task."""
    verb = "PATCH" if path.endswith(str(task.pk)) else "POST"

    def ask() -> Any:
        response = client_of(cast.lea).generic(verb, f"/api/tasks/{path}", body, "application/json")
        return response.status_code, response.json()

    return during(partial(transfer_task, actor=by(cast.ada), task=task, project=project), ask)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("{}", '{"title": "Late"}'),
        ("{}", '{"recurrence": {"every": 1, "unit": "DAY"}}'),
        ("{}/transition", '{"status": "DONE"}'),
        ("{}/move", '{"order": 0}'),
        ("{}/comments", '{"content": "Late"}'),
        ("{}/copy", "{}"),
        ("{}/watchers", "{}"),
    ],
)
def test_who_waits_is_told_that_the_task_was_moved(
    cast: Cast, task: Task, other: Project, path: str, body: str
) -> None:
    status, answer = while_moved(cast, task, other, path.format(task.pk), body)
    assert (status, answer["code"]) == (409, "moved_meanwhile")
    assert [action for action, *_ in log_of(task)] == ["created", "transferred"]
    task.refresh_from_db()
    assert (task.project_id, task.version) == (other.pk, 2)
    assert faults() == {}


def test_many_are_changed_without_the_moved_one(cast: Cast, task: Task, other: Project) -> None:
    here = some_tasks(cast, 1)[0]
    body = {"task_ids": [str(here.pk), str(task.pk)], "changes": {"priority": "HIGH"}}
    ask = partial(client_of(cast.ada).post, "/api/tasks/bulk", body | {"is_atomic": False}, "json")
    move = partial(transfer_task, actor=by(cast.ada), task=task, project=other)
    answer = during(move, ask)
    results = answer.json()["data"]["results"]
    assert [each.get("code") for each in results] == [None, "moved_meanwhile"]
    ask = partial(client_of(cast.ada).post, "/api/tasks/bulk", body, "json")
    move = partial(transfer_task, actor=by(cast.ada), task=here, project=other)
    answer = during(move, ask)
    assert (answer.status_code, answer.json()["code"]) == (409, "bulk_refused")
    assert faults() == {}


def test_labels_of_the_former_project_are_not_added(cast: Cast, task: Task, other: Project) -> None:
    """Even if the project it goes to is locked, because another of the tasks is there."""
    add_label(actor=by(cast.ada), project=cast.project, name="Red")
    add_label(actor=by(cast.ada), project=other, name="Red")
    there = some_tasks(cast, 1, other)[0]
    changes = {"add_labels": ["Red"], "status": "DONE"}
    body = {"task_ids": [str(there.pk), str(task.pk)], "changes": changes, "is_atomic": False}
    ask = partial(client_of(cast.ada).post, "/api/tasks/bulk", body, "json")
    move = partial(transfer_task, actor=by(cast.ada), task=task, project=other)
    results = during(move, ask).json()["data"]["results"]
    assert [each.get("code") for each in results] == [None, "moved_meanwhile"]
    assert not task.task_labels.exists()


def test_each_of_several_transfers_leaves_one_key(cast: Cast, task: Task, other: Project) -> None:
    third = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Mill")
    targets = [other, other, third, third]

    def move(n: int) -> int:
        body = {"project_id": str(targets[n].pk)}
        return client_of(cast.ada).post(f"/api/tasks/{task.pk}/transfer", body, "json").status_code

    answers = times(4, move)
    assert {200, 409} <= {*answers} <= {200, 400, 409}
    # Whoever finds it in the next project may move it on.
    assert FormerKey.objects.count() == answers.count(200)
    assert faults() == {}


@pytest.mark.parametrize("is_same", [True, False])
def test_a_second_transfer_leaves_no_wrong_key(
    cast: Cast, task: Task, other: Project, *, is_same: bool
) -> None:
    third = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Mill")
    body = {"project_id": str((other if is_same else third).pk)}
    path = f"/api/tasks/{task.pk}/transfer"
    ask = partial(client_of(cast.ada).post, path, body, "json")
    move = partial(transfer_task, actor=by(cast.ada), task=task, project=other)
    answer = during(move, ask)
    assert (answer.status_code, answer.json()["code"]) == (409, "moved_meanwhile")
    assert FormerKey.objects.get().project == cast.project
    assert [action for action, *_ in log_of(task)] == ["created", "transferred"]


def test_relations_of_a_moved_task_are_refused(cast: Cast, task: Task, other: Project) -> None:
    blocker = some_tasks(cast, 1)[0]
    body = {"kind": "BLOCKED_BY", "task_id": str(blocker.pk)}
    for moved, project in ((task, other), (blocker, other)):
        ask = partial(client_of(cast.ada).post, f"/api/tasks/{task.pk}/relations", body, "json")
        move = partial(transfer_task, actor=by(cast.ada), task=moved, project=project)
        answer = during(move, ask)
        assert (answer.status_code, answer.json()["code"]) == (409, "moved_meanwhile")
    assert not Relation.objects.exists()
