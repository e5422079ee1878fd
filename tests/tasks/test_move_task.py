"""Moving a task to a place in a column."""

from typing import Any

import pytest

from projects.models import Status
from projects.services.projects import create_project
from tasks.models import StatusChange, Task
from tasks.services.moves import Place, move_task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import task_alone
from tests.support.factories import TaskFactory
from tests.support.invariants import faults
from tests.support.log import log_of
from tests.support.threads import times


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    return [titled(cast, letter) for letter in "abcd"]


def titled(cast: Cast, title: str) -> Task:
    return create_task(actor=by(cast.moe), project=cast.project, title=title)


def move(cast: Cast, task: Task, *, expected: int = 200, **place: Any) -> Any:
    path = f"/api/tasks/{task.pk}/move"
    return client_of(cast.moe).ask("POST", path, place, status=expected)


def order_of(column: Status) -> str:
    rows = Task.objects.filter(status=column, deleted_at=None).order_by("position")
    return "".join(rows.values_list("title", flat=True))


@pytest.mark.parametrize(
    ("moved", "place", "expected"),
    [
        (0, {}, "bcda"),
        (3, {}, "abcd"),
        (3, {"order": 0}, "dabc"),
        (0, {"order": 2}, "bcad"),
        (0, {"order": 9_999}, "bcda"),
        (0, {"after_id": 2}, "bcad"),
        (0, {"after_id": 3}, "bcda"),
        (3, {"beforeId": 0}, "dabc"),
        (3, {"before": 1}, "adbc"),
        (1, {"after_id": 0}, "abcd"),
        (1, {"status": "todo", "order": 1}, "abcd"),
    ],
)
def test_move_task_stands_where_it_is_put(
    cast: Cast, tasks: list[Task], moved: int, place: dict[str, Any], expected: str
) -> None:
    beside: dict[str, Any] = {
        key: value if key in ("order", "status") else str(tasks[value].pk)
        for key, value in place.items()
    }
    move(cast, tasks[moved], **beside)
    assert order_of(tasks[0].status) == expected


def test_move_task_is_logged_and_versioned(cast: Cast, tasks: list[Task]) -> None:
    task, before = tasks[3], tasks[3].position
    answer = move(cast, task, order=0)
    task.refresh_from_db()
    assert answer == {"success": True, "data": task_alone(task, cast.moe)}
    change = {"position": {"old": before, "new": task.position}}
    assert (task.version, log_of(task)[1:]) == (2, [("moved", cast.moe.pk, change)])
    move(cast, task, order=0)
    assert len(log_of(task)) == 2


def test_move_task_enters_another_column(cast: Cast, tasks: list[Task]) -> None:
    move(cast, tasks[1], status="DONE")
    answer = move(cast, tasks[0], status="DONE", before_id=str(tasks[1].pk))["data"]
    assert (answer["status"], answer["is_complete"]) == ("DONE", True)
    done = cast.project.statuses.get(key="DONE")
    assert (order_of(tasks[2].status), order_of(done)) == ("cd", "ab")
    assert StatusChange.objects.filter(task=tasks[0], target="DONE").count() == 1


@pytest.mark.parametrize(
    ("place", "status", "code"),
    [
        ({"status": "NOWHERE"}, 400, "unknown_status"),
        ({"after_id": "self"}, 400, "not_beside_itself"),
        ({"after_id": "elsewhere"}, 409, "not_in_column"),
        ({"status": "DONE", "after_id": 1}, 409, "not_in_column"),
        ({"before_id": 1, "order": 0}, 400, "invalid"),
        ({"order": -1}, 400, "invalid"),
        ({"order": 10**30}, 400, "invalid"),
        ({"after_id": "\0"}, 400, "invalid"),
    ],
)
def test_move_task_refuses_what_is_no_place(
    cast: Cast, tasks: list[Task], place: dict[str, Any], status: int, code: str
) -> None:
    other = TaskFactory.create(
        project=create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    )
    named = {"self": tasks[0], "elsewhere": other, 1: tasks[1]}
    body = {
        key: str(named[value].pk) if key != "order" and value in named else value
        for key, value in place.items()
    }
    assert move(cast, tasks[0], expected=status, **body)["code"] == code
    assert order_of(tasks[0].status) == "abcd"


def test_many_moves_to_one_place_need_no_new_order_of_the_column(cast: Cast) -> None:
    """Each halves the distance of two positions, so it is used up after sixteen."""
    tasks = [titled(cast, str(number)) for number in range(60)]
    actor, first = by(cast.moe), tasks[0]
    for task in tasks[:29:-1]:
        move_task(actor=actor, task=task, place=Place(after=first))
    rows = Task.objects.filter(project=cast.project).order_by("position")
    assert [row.title for row in rows] == [str(n) for n in (0, *range(30, 60), *range(1, 30))]
    untouched = rows.filter(title__in=[str(n) for n in range(20, 30)])
    assert {row.version for row in untouched} == {1}


def test_new_tasks_stand_behind_those_moved_to_the_end(cast: Cast, tasks: list[Task]) -> None:
    for task in tasks * 2:
        move(cast, task)
    client_of(cast.moe).ask(
        "POST", f"/api/projects/{cast.project.pk}/tasks", {"title": "e"}, status=201
    )
    assert order_of(tasks[0].status) == "abcde"


@pytest.mark.usefixtures("committed_db")
def test_moves_at_the_same_moment_lose_no_task(cast: Cast) -> None:
    """Eight people, two columns, the same few places."""
    tasks = [titled(cast, str(number)) for number in range(8)]
    columns = list(cast.project.statuses.order_by("position")[:2])

    def shuffle(number: int) -> None:
        for turn in range(6):
            move_task(
                actor=by(cast.ada),
                task=tasks[(number * 3 + turn * 5) % 8],
                status=columns[(number + turn) % 2],
                place=Place(order=(number * turn) % 3),
            )

    times(8, shuffle)
    placed = list(Task.objects.values_list("status_id", "position"))
    assert len(placed) == len(set(placed)) == len(tasks)
    assert faults() == {}
