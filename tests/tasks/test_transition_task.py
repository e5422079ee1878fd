"""Moving a task through the columns of its workflow."""

from typing import Any

import pytest

from projects.models import Project
from projects.services.projects import create_project
from tasks.models import StatusChange, Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import task_alone
from tests.support.log import log_of


@pytest.fixture
def tickets(cast: Cast) -> Project:
    """A project whose tasks only go forward."""
    return create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Desk", workflow="TICKET"
    )


def move(cast: Cast, task: Task, status: str, *, expected: int = 200) -> Any:
    path = f"/api/tasks/{task.pk}/transition"
    return client_of(cast.moe).ask("POST", path, {"status": status}, status=expected)


def test_transition_task_enters_the_column(cast: Cast, task: Task) -> None:
    answer = move(cast, task, "in_progress")
    task.refresh_from_db()
    assert (task.status.key, task.category, task.version) == ("IN_PROGRESS", "IN_PROGRESS", 2)
    assert answer == {"success": True, "data": task_alone(task, cast.moe)}
    change = {"status": {"old": "TODO", "new": "IN_PROGRESS"}}
    assert log_of(task)[1:] == [("status_changed", cast.moe.pk, change)]


@pytest.mark.parametrize("name", ["key", "name", "pk"])
def test_a_column_is_known_by_key_name_or_id(cast: Cast, task: Task, name: str) -> None:
    column = cast.project.statuses.get(key="DONE")
    assert move(cast, task, str(getattr(column, name)).upper())["data"]["status"] == "DONE"


def test_a_task_is_complete_as_long_as_it_stands_in_a_finished_column(
    cast: Cast, task: Task
) -> None:
    done = move(cast, task, "DONE")["data"]
    assert done["is_complete"] is True
    assert done["completed_at"] is not None
    reopened = move(cast, task, "TODO")["data"]
    assert (reopened["is_complete"], reopened["completed_at"]) == (False, None)


def test_completion_is_dated_once(cast: Cast, tickets: Project) -> None:
    task = create_task(actor=by(cast.ada), project=tickets, title="Help")
    dates = [move(cast, task, key)["data"]["completed_at"] for key in ("in_progress", "resolved")]
    assert dates[0] is None
    assert move(cast, task, "closed")["data"]["completed_at"] == dates[1]


@pytest.mark.parametrize(
    ("way", "wrong", "allowed"),
    [
        ([], "resolved", ["in_progress"]),
        ([], "closed", ["in_progress"]),
        (["in_progress"], "open", ["resolved"]),
        (["in_progress", "resolved", "closed"], "open", []),
    ],
)
def test_a_strict_workflow_says_where_the_task_may_go(
    cast: Cast, tickets: Project, way: list[str], wrong: str, allowed: list[str]
) -> None:
    task = create_task(actor=by(cast.ada), project=tickets, title="Help")
    for key in way:
        move(cast, task, key)
    refusal = move(cast, task, wrong, expected=409)
    assert refusal == {
        "success": False,
        "message": "The workflow does not allow this move.",
        "code": "illegal_transition",
        "allowed": allowed,
        "request_id": refusal["request_id"],
    }
    body = {"status": wrong, "title": "Not this either"}
    client_of(cast.moe).ask("PATCH", f"/api/tasks/{task.pk}", body, status=409)
    task.refresh_from_db()
    assert (task.title, task.status.key) == ("Help", way[-1] if way else "open")


def test_every_step_is_remembered(cast: Cast, task: Task) -> None:
    for key in ("IN_PROGRESS", "DONE", "DONE", "TODO"):
        move(cast, task, key)
    steps = StatusChange.objects.filter(task=task).order_by("created_at")
    assert [(step.source, step.target) for step in steps] == [
        ("", "TODO"),
        ("TODO", "IN_PROGRESS"),
        ("IN_PROGRESS", "DONE"),
        ("DONE", "TODO"),
    ]


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_is_complete_moves_the_task(cast: Cast, task: Task, method: str) -> None:
    client, path = client_of(cast.moe), f"/api/tasks/{task.pk}"
    assert client.ask(method, path, {"is_complete": True})["data"]["status"] == "DONE"
    assert client.ask(method, path, {"isComplete": False})["data"]["status"] == "TODO"
    both = {"is_complete": True, "status": "IN_PROGRESS"}
    assert client.ask(method, path, both)["data"]["status"] == "IN_PROGRESS"


def test_a_closed_ticket_is_complete_already(cast: Cast, tickets: Project) -> None:
    closed = tickets.statuses.get(key="closed")
    task = create_task(actor=by(cast.ada), project=tickets, title="Help", status=closed)
    body = {"is_complete": True, "title": "Thanks"}
    shown = client_of(cast.moe).ask("PUT", f"/api/tasks/{task.pk}", body)["data"]
    assert (shown["status"], shown["title"]) == ("closed", "Thanks")


def test_a_column_of_another_project_is_unknown(cast: Cast, task: Task, tickets: Project) -> None:
    for column in ("resolved", str(tickets.statuses.get(key="open").pk)):
        refusal = move(cast, task, column, expected=400)
        assert refusal["code"] == "unknown_status"
        assert refusal["errors"] == {"status": ["Must be one of: TODO, IN_PROGRESS, DONE."]}
