"""Sub-tasks: parts of a task, some levels deep."""

from typing import Any

import pytest

from core.errors import Conflict
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services import subtasks
from tasks.services.deletion import restore_task
from tasks.services.tasks import create_task, delete_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import succeeds, times


def part(cast: Cast, parent: Task | None, title: str = "Part") -> Task:
    return create_task(actor=by(cast.max), project=cast.project, title=title, parent=parent)


def change(cast: Cast, task: Task, parent: object, status: int = 200) -> Any:
    body = {"parent_id": parent and str(parent)}
    return client_of(cast.max).ask("PATCH", f"/api/tasks/{task.pk}", body, status=status)


def test_a_task_shows_how_many_of_its_parts_are_complete(cast: Cast, task: Task) -> None:
    client = client_of(cast.max)
    body = {"title": "Part", "parentId": str(task.pk), "project": str(cast.project.pk)}
    made = client.ask("POST", "/api/tasks", body, status=201)["data"]
    part(cast, task)
    client.ask("PATCH", f"/api/tasks/{made['id']}", {"status": "DONE"})
    shown = client.ask("GET", f"/api/tasks/{task.pk}")["data"]
    assert shown["subtasks"] == {"total": 2, "complete": 1, "percent": 50}
    path = f"/api/projects/{cast.project.pk}/tasks?ordering=number&parent="
    parts = client.ask("GET", f"{path}{task.pk}")["data"]
    assert (made["parent_id"], [each["number"] for each in parts]) == (str(task.pk), [2, 3])
    assert [each["id"] for each in client.ask("GET", f"{path}none")["data"]] == [str(task.pk)]
    assert client.ask("GET", f"{path}x")["data"] == []


def test_a_change_of_the_parent_is_logged(cast: Cast, task: Task) -> None:
    moved = part(cast, None)
    assert change(cast, moved, task.pk)["data"]["parent_id"] == str(task.pk)
    logged = {"parent": {"old": None, "new": str(task.pk)}}
    assert log_of(moved)[-1] == ("updated", cast.max.pk, logged)
    assert change(cast, moved, None)["data"]["parent_id"] is None


def test_a_task_is_no_part_of_itself_or_its_parts(cast: Cast, task: Task) -> None:
    child = part(cast, task)
    grandchild = part(cast, child)
    assert change(cast, task, task.pk, 400)["code"] == "not_a_parent"
    assert change(cast, task, grandchild.pk, 409)["code"] == "parent_cycle"


def test_parts_stand_five_levels_deep_at_most(cast: Cast, task: Task) -> None:
    chain = [task]
    for _ in range(5):
        chain.append(part(cast, chain[-1]))
    with pytest.raises(subtasks.TooDeep):
        part(cast, chain[-1])
    two = part(cast, None)
    part(cast, two)
    assert change(cast, two, chain[4].pk, 409)["code"] == "too_deep"
    change(cast, two, chain[3].pk)


def test_a_task_has_so_many_parts_at_most(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subtasks, "MOST_SUBTASKS", 1)
    part(cast, task)
    with pytest.raises(subtasks.TooManySubtasks):
        part(cast, task)


def test_a_parent_is_a_task_of_the_same_project(cast: Cast, task: Task) -> None:
    other = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    elsewhere = create_task(actor=by(cast.ada), project=other, title="Elsewhere")
    assert change(cast, task, elsewhere.pk, 400)["code"] == "not_a_parent"
    gone = part(cast, None)
    delete_task(actor=by(cast.max), task=gone)
    assert change(cast, task, gone.pk, 400)["code"] == "invalid"


def test_parts_of_a_deleted_task_go_one_level_up(cast: Cast, task: Task) -> None:
    middle = part(cast, task)
    lower = part(cast, middle)
    delete_task(actor=by(cast.max), task=middle)
    lower.refresh_from_db()
    assert (lower.parent_id, lower.version) == (task.pk, 2)
    logged = {"parent": {"old": str(middle.pk), "new": str(task.pk)}}
    assert log_of(lower)[-1] == ("updated", cast.max.pk, logged)


def test_a_restored_part_keeps_its_parent_if_that_is_there(cast: Cast, task: Task) -> None:
    first, second = part(cast, task), part(cast, task)
    for each in (first, second):
        delete_task(actor=by(cast.max), task=each)
    assert restore_task(actor=by(cast.max), task=first).parent_id == task.pk
    delete_task(actor=by(cast.lea), task=task)
    assert restore_task(actor=by(cast.max), task=second).parent_id is None


def test_two_who_make_each_a_part_of_the_other_make_no_circle(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    for _ in range(5):
        pair = [part(cast, None), part(cast, None)]

        def adopt(n: int, pair: list[Task] = pair) -> bool:
            changes = {"parent": pair[1 - n]}
            return succeeds(update_task, actor=by(cast.max), task=pair[n], changes=changes)

        assert sorted(times(2, adopt)) == [False, True]
        assert Task.objects.filter(pk__in=[each.pk for each in pair], parent=None).count() == 1


def test_a_deleted_parent_is_refused_under_the_lock(cast: Cast, task: Task) -> None:
    child = part(cast, None)
    delete_task(actor=by(cast.lea), task=task)
    with pytest.raises((subtasks.NotAParent, Conflict)):
        update_task(actor=by(cast.max), task=child, changes={"parent": task})
