"""Many people change the same tasks at the same moment; what must be true of them stays true."""

from functools import partial
from typing import Any

import pytest

from projects.services.projects import create_project
from tasks.models import StatusChange, Task
from tasks.services.copies import copy_task
from tasks.services.moves import Place, move_task
from tasks.services.tasks import create_task, delete_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.invariants import faults
from tests.support.threads import at_once, times

pytestmark = pytest.mark.usefixtures("committed_db")
TICKETS = ("in_progress", "resolved", "closed")


def post(cast: Cast, path: str, body: Any) -> int:
    return client_of(cast.ada).post(f"/api/tasks/{path}", body, "json").status_code


def steps_of(task: Task) -> list[str]:
    rows = StatusChange.objects.filter(task=task).order_by("created_at", "id")
    return list(rows.values_list("target", flat=True))


def test_twenty_people_take_a_ticket_no_step_twice(cast: Cast) -> None:
    desk = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Desk", workflow="TICKET"
    )
    task = create_task(actor=by(cast.ada), project=desk, title="Help")

    def take(n: int) -> set[int]:
        path = f"{task.pk}/transition"
        return {post(cast, path, {"status": TICKETS[(n + turn) % 3]}) for turn in range(2)}

    answers = {answer for answers in times(20, take) for answer in answers}
    assert answers == {200, 409}
    taken = steps_of(task)
    assert taken == ["open", *TICKETS][: len(taken)]
    assert faults() == {}


def test_moves_of_one_task_are_one_after_the_other(cast: Cast) -> None:
    task = create_task(actor=by(cast.ada), project=cast.project, title="Oil")
    keys = ("IN_PROGRESS", "DONE", "TODO")

    def move(n: int) -> int:
        return post(cast, f"{task.pk}/transition", {"status": keys[n % 3]})

    assert set(times(12, move)) == {200}
    task.refresh_from_db()
    assert task.version == len(steps_of(task))
    assert faults() == {}


def test_two_columns_change_places(cast: Cast) -> None:
    """Each of twelve tasks goes to the other column, half of them to its beginning."""
    columns = list(cast.project.statuses.order_by("position")[:2])
    same: dict[str, Any] = {"actor": by(cast.ada), "project": cast.project}
    tasks = [create_task(**same, title="T", status=columns[n % 2]) for n in range(12)]

    def swap(n: int) -> int:
        body = {"status": columns[1 - n % 2].key} | ({"order": 0} if n < 6 else {})
        return post(cast, f"{tasks[n].pk}/move", body)

    assert set(times(12, swap)) == {200}
    for n, column in enumerate(columns):
        assert {*Task.objects.filter(status=column)} == {*tasks[1 - n :: 2]}
    assert faults() == {}


def test_all_want_the_first_place(cast: Cast) -> None:
    tasks = [create_task(actor=by(cast.ada), project=cast.project, title="T") for _ in range(10)]

    def move(n: int) -> int:
        return post(cast, f"{tasks[n].pk}/move", {"before": str(tasks[(n + 1) % 10].pk)})

    assert set(times(10, move)) == {200}
    assert Task.objects.filter(status=tasks[0].status).count() == 10
    assert faults() == {}


def test_a_task_and_its_part_are_deleted_together(cast: Cast) -> None:
    """What was below both is below neither."""
    for _ in range(6):
        family: list[Task] = []
        for _ in range(3):
            parent = family[-1] if family else None
            made = create_task(
                actor=by(cast.ada), project=cast.project, title="Part", parent=parent
            )
            family.append(made)
        at_once(*[partial(delete_task, actor=by(cast.ada), task=task) for task in family[:2]])
        family[2].refresh_from_db()
        assert family[2].parent is None
    assert faults() == {}


def test_tasks_are_copied_while_they_are_moved(cast: Cast) -> None:
    """Without one waiting for the other in a circle, which a deadlock would tell."""
    tasks = [create_task(actor=by(cast.ada), project=cast.project, title="T") for _ in range(3)]

    def copy(n: int) -> None:
        copy_task(actor=by(cast.ada), task=tasks[n % 3])

    def move(n: int) -> None:
        move_task(actor=by(cast.ada), task=tasks[n % 3], place=Place(order=0))

    def change(n: int) -> None:
        for turn in range(4):
            (copy if n % 2 else move)(n + turn)

    times(6, change)
    assert Task.objects.count() == 3 + 3 * 4
    assert faults() == {}
