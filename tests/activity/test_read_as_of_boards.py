"""Boards as they were: columns, cards and counts, by today's rights."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from activity.api import past
from projects.models import Project, Visibility
from projects.services.columns import add_column, delete_column, reorder_columns, update_column
from projects.services.deletion import delete_project, restore_project
from projects.services.members import add_project_member, remove_project_member
from projects.services.projects import create_project, update_project
from tasks.models import POSITION_STEP, Task
from tasks.services.moves import Place, move_task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tasks.services.transfers import transfer_task
from tests.core.test_purge import age, purge
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.past import as_of, board_seen, clock

MICROSECOND = timedelta(microseconds=1)
OLD = 40
"""Days after which what is deleted is purged."""


def then(
    person: User, project: Project, moment: datetime, status: int = 200, **more: object
) -> Any:
    path = f"/api/projects/{project.pk}/board?{as_of(moment, **more)}"
    return client_of(person).ask("GET", path, status=status)


def titles(answer: Any) -> dict[str, list[str | None]]:
    columns = answer["data"]["columns"]
    return {column["key"]: [card["title"] for card in column["tasks"]] for column in columns}


def cards(answer: Any) -> list[dict[str, Any]]:
    return [card for column in answer["data"]["columns"] for card in column["tasks"]]


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    place: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project}
    return [create_task(title=title, **place) for title in "abc"]


@pytest.fixture
def secret(cast: Cast) -> Project:
    """A private project, of which Ada and Lea are members."""
    private: dict[str, Any] = {"name": "Secret", "visibility": Visibility.PRIVATE}
    project: Project = create_project(
        actor=by(cast.ada), workspace=cast.workspace, team_lead=cast.lea, **private
    )
    return project


def test_a_board_of_the_past_has_the_columns_it_had(cast: Cast, tasks: list[Task]) -> None:
    todo, doing, done = cast.project.statuses.order_by("position")
    actor, reader = by(cast.lea), client_of(cast.lea)
    transition_task(actor=actor, task=tasks[0], status=doing)
    before, moment = board_seen(reader, cast.project.pk), clock()
    changes = {"name": "Now", "wip_limit": 1, "is_default": True}
    update_column(actor=actor, column=doing, changes=changes)
    delete_column(actor=actor, column=todo, move_to=doing)
    later = add_column(actor=actor, project=cast.project, name="To do", category="TODO")
    reorder_columns(actor=actor, project=cast.project, order=[later, done, doing])
    transition_task(actor=actor, task=tasks[1], status=later)
    clock()
    answer = then(cast.lea, cast.project, moment)
    assert answer["data"] == before
    assert titles(answer) == {"TODO": ["b", "c"], "IN_PROGRESS": ["a"], "DONE": []}
    counts = [column["count"] for column in answer["data"]["columns"]]
    assert (counts, answer["meta"]["unknown"]) == ([2, 1, 0], [])


def test_a_column_was_over_its_limit_then(cast: Cast, tasks: list[Task]) -> None:
    todo, doing, _ = cast.project.statuses.order_by("position")
    update_column(actor=by(cast.lea), column=todo, changes={"wip_limit": 2})
    moment = clock()
    for task in tasks:
        transition_task(actor=by(cast.lea), task=task, status=doing)
    clock()
    for limit in (1, 200):
        [column, *others] = then(cast.lea, cast.project, moment, limit=limit)["data"]["columns"]
        assert (column["count"], column["is_over_limit"]) == (3, True)
        assert [len(column["tasks"]), *(each["count"] for each in others)] == [min(limit, 3), 0, 0]


def test_tasks_stand_in_the_order_in_which_they_stood(cast: Cast, tasks: list[Task]) -> None:
    """Also beside deleted ones, whose positions change when room is made."""
    a, b, c = tasks
    for task, position in zip(tasks, (POSITION_STEP, POSITION_STEP + 1, 200_000), strict=True):
        Task.objects.filter(pk=task.pk).update(position=position)
    moment = clock()
    delete_task(actor=by(cast.lea), task=b)
    move_task(actor=by(cast.lea), task=c, place=Place(after=a))
    move_task(actor=by(cast.lea), task=a, place=Place(order=1))
    clock()
    before = then(cast.lea, cast.project, moment)
    assert titles(before)["TODO"] == ["a", "b", "c"]
    positions = [card["position"] for card in cards(before)]
    assert positions == [POSITION_STEP, POSITION_STEP + 1, 200_000]


def test_what_is_deleted_has_a_title_for_who_may_restore_it(cast: Cast, tasks: list[Task]) -> None:
    moment = clock()
    delete_task(actor=by(cast.lea), task=tasks[1])
    gone = clock()
    assert titles(then(cast.lea, cast.project, moment))["TODO"] == ["a", "b", "c"]
    card = cards(then(cast.moe, cast.project, moment))[1]
    assert (card["key"], card["title"], card["label_ids"]) == ("ENG-2", None, None)
    age(days=OLD)
    purge()
    clock()
    card = cards(then(cast.lea, cast.project, moment))[1]
    assert (card["key"], card["title"], card["label_ids"]) == ("ENG-2", None, None)
    assert titles(then(cast.lea, cast.project, gone))["TODO"] == ["a", "c"]


def test_a_title_of_a_purged_task_is_in_no_answer(cast: Cast, tasks: list[Task]) -> None:
    secret, task = "The secret of the gears", tasks[0]
    update_task(actor=by(cast.lea), task=task, changes={"title": secret})
    moment = clock()
    update_task(actor=by(cast.lea), task=task, changes={"title": "a"})
    other = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    task = transfer_task(actor=by(cast.ada), task=task, project=other)
    delete_task(actor=by(cast.ada), task=task)
    clock()
    assert secret in str(then(cast.ada, cast.project, moment))
    assert secret not in str(then(cast.max, cast.project, moment))
    age(days=OLD)
    purge()
    clock()
    answer = then(cast.ada, cast.project, moment)
    assert [card["number"] for card in cards(answer)] == [1, 2, 3]
    assert secret not in str(answer)


def test_what_has_moved_is_shown_to_who_may_read_it_where_it_is(
    cast: Cast, tasks: list[Task], secret: Project
) -> None:
    moment = clock()
    task = transfer_task(actor=by(cast.lea), task=tasks[0], project=secret)
    update_task(actor=by(cast.lea), task=task, changes={"title": "hidden"})
    moved = clock()
    assert titles(then(cast.lea, cast.project, moment))["TODO"] == ["a", "b", "c"]
    for reader in (cast.lea, cast.max):
        assert titles(then(reader, cast.project, moved))["TODO"] == ["b", "c"]
    answer = then(cast.max, cast.project, moment)
    assert (titles(answer)["TODO"], answer["data"]["columns"][0]["count"]) == (["b", "c"], 2)
    transfer_task(actor=by(cast.lea), task=task, project=cast.project)
    clock()
    assert titles(then(cast.lea, secret, moved))["TODO"] == ["hidden"]
    path = f"/api/tasks/{tasks[0].pk}?"
    assert client_of(cast.lea).ask("GET", path + as_of(moved))["data"]["key"] == "SEC-1"
    answer = client_of(cast.max).ask("GET", path + as_of(moved), status=404)
    assert answer["code"] == "not_yet"
    assert client_of(cast.max).ask("GET", path + as_of(moment))["data"]["title"] == "a"


def test_todays_rights_decide(cast: Cast, tasks: list[Task]) -> None:
    """Not those of then, when everybody in the workspace was allowed to read it."""
    moment = clock()
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="VIEWER")
    update_project(actor=by(cast.lea), project=cast.project, changes={"visibility": "PRIVATE"})
    clock()
    for reader in (cast.lea, cast.max, cast.gus):
        assert titles(then(reader, cast.project, moment))["TODO"] == ["a", "b", "c"]
    remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
    clock()
    path = f"/api/tasks/{tasks[0].pk}?{as_of(moment)}"
    for reader in (cast.max, cast.moe):
        then(reader, cast.project, moment, status=404)
        client_of(reader).ask("GET", path, status=404)
    then(cast.sam, cast.project, moment, status=403)
    client_of(cast.sam).ask("GET", path, status=403)


def test_a_board_is_not_there_before_its_project_nor_while_that_is_deleted(cast: Cast) -> None:
    early = clock()
    project = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    create_task(actor=by(cast.ada), project=project, title="Oil")
    made = clock()
    delete_project(actor=by(cast.ada), project=project)
    gone = clock()
    then(cast.ada, project, made, status=404)
    restore_project(actor=by(cast.ada), project=project)
    clock()
    assert then(cast.ada, project, early, status=404)["code"] == "not_yet"
    assert titles(then(cast.ada, project, made))["TODO"] == ["Oil"]
    assert then(cast.ada, project, gone, status=404)["code"] == "was_deleted"


def test_a_board_of_the_past_is_not_filtered(cast: Cast, tasks: list[Task]) -> None:
    answer = then(cast.lea, cast.project, clock(), status=400, assignee="me", label="red")
    refusal = ["Not together with as_of."]
    assert answer["errors"] == {"assignee": refusal, "label": refusal}


def test_too_much_in_a_project_says_as_of_when(
    cast: Cast, tasks: list[Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "MOST", 2)
    start = clock()
    for title in "xyz":
        clock()
        update_task(actor=by(cast.lea), task=tasks[0], changes={"title": title})
    clock()
    answer = then(cast.lea, cast.project, start, status=400)
    assert answer["code"] == "too_far_back"
    earliest = datetime.fromisoformat(answer["earliest"])
    assert titles(then(cast.lea, cast.project, earliest))["TODO"] == ["x", "b", "c"]
    then(cast.lea, cast.project, earliest - MICROSECOND, status=400)


def test_a_board_takes_as_many_statements_for_much_as_for_little(
    cast: Cast, tasks: list[Task]
) -> None:
    client, counts, moment = client_of(cast.lea), set(), clock()
    for number in range(3):
        for task in tasks[: number + 1]:
            changes = {"title": f"{number}", "assignee": [cast.max, None][number % 2]}
            update_task(actor=by(cast.lea), task=task, changes=changes)
        create_task(actor=by(cast.lea), project=cast.project, title="new", parent=tasks[0])
        clock()
        with CaptureQueriesContext(connection) as queries:
            path = f"/api/projects/{cast.project.pk}/board?{as_of(moment)}"
            client.ask("GET", path)
        counts.add(len(queries))
    assert len(counts) == 1
    assert counts.pop() < 20
