"""Creating a task."""

from typing import Any

import pytest

from projects.services.projects import create_project
from tasks.models import StatusChange, Task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import task_alone
from tests.support.invariants import faults
from tests.support.log import log_of
from tests.support.threads import times


def create(cast: Cast, expected: int = 201, /, **body: Any) -> Any:
    path = f"/api/projects/{cast.project.pk}/tasks"
    return client_of(cast.lea).ask("POST", path, {"title": "Oil", **body}, status=expected)


def test_create_task_answers_the_task(cast: Cast) -> None:
    answer = create(
        cast,
        description="Every gear",
        type="bug",
        priority=" High ",
        assigneeId=str(cast.max.pk),
        dueDate="2030-01-31",
        due_time="09:30",
    )
    made = Task.objects.get()
    assert answer == {
        "success": True,
        "data": task_alone(made, cast.lea),
        "message": "Task created successfully",
    }
    assert (made.type, made.priority, made.assignee) == ("BUG", "HIGH", cast.max)
    assert (made.status.key, made.number, made.due_set_by) == ("TODO", 1, cast.lea)
    given = {"assignee": {"old": None, "new": str(cast.max.pk)}}
    assert log_of(made) == [("created", cast.lea.pk, {}), ("assigned", cast.lea.pk, given)]


def test_create_task_with_nothing_but_a_title(cast: Cast) -> None:
    empty = {"dueDate": "", "due_time": None, "assigneeId": "", "description": None}
    shown = create(cast, **empty)["data"]
    usual = {"type": "TASK", "priority": "MEDIUM", "description": "", "is_complete": False}
    assert {key: shown[key] for key in usual} == usual
    for key in ("due_date", "due_time", "assignee", "assignee_id", "completed_at", "parent_id"):
        assert shown[key] is None
    assert [action for action, _, _ in log_of(Task.objects.get())] == ["created"]


@pytest.mark.parametrize(
    "path", ["/api/tasks", "/api/tasks/project/{}/tasks", "/api/tasks/", "/api/projects/{}/tasks/"]
)
@pytest.mark.parametrize("key", ["project_id", "projectId", "project"])
def test_create_task_by_every_spelling(cast: Cast, path: str, key: str) -> None:
    body = {"title": "Oil", key: str(cast.project.pk)}
    answer = client_of(cast.moe).ask("POST", path.format(cast.project.pk), body, status=201)
    made = task_alone(Task.objects.get(), cast.moe)
    extra: dict[str, Any] = {"comments": []} if "tasks/project" in path else {}
    assert answer["data"] == {**made, **extra}


@pytest.mark.parametrize("status", ["DONE", "done", "Done"])
def test_create_task_in_a_column(cast: Cast, status: str) -> None:
    shown = create(cast, status=status)["data"]
    assert (shown["status"], shown["is_complete"]) == ("DONE", True)
    assert shown["completed_at"] is not None
    step = StatusChange.objects.get()
    assert (step.source, step.target, step.actor) == ("", "DONE", cast.lea)


@pytest.mark.parametrize(("is_complete", "status"), [(True, "DONE"), (False, "TODO")])
def test_create_task_complete_or_not(cast: Cast, *, is_complete: bool, status: str) -> None:
    assert create(cast, isComplete=is_complete)["data"]["status"] == status


def test_create_task_without_a_project(cast: Cast, unchanged: None) -> None:
    refusal = client_of(cast.lea).ask("POST", "/api/tasks", {"title": "Oil"}, status=400)
    assert refusal["errors"] == {"project_id": ["This field is required."]}


@pytest.mark.parametrize("who", ["moe", "gus", "pia"])
def test_create_task_for_somebody_outside_the_project(
    cast: Cast, unchanged: None, who: str
) -> None:
    refusal = create(cast, 400, assigneeId=str(getattr(cast, who).pk))
    assert refusal["code"] == "not_in_project"
    assert list(refusal["errors"]) == ["assignee_id"]


def test_a_due_time_needs_a_due_date(cast: Cast, unchanged: None) -> None:
    refusal = create(cast, 400, due_time="10:00")
    assert refusal["code"] == "due_time_needs_due_date"
    assert list(refusal["errors"]) == ["due_time"]


def test_numbers_count_per_project(cast: Cast) -> None:
    other = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    keys = [create(cast)["data"]["key"] for _ in range(2)]
    path = f"/api/projects/{other.pk}/tasks"
    keys.append(client_of(cast.ada).ask("POST", path, {"title": "x"}, status=201)["data"]["key"])
    assert keys == ["ENG-1", "ENG-2", "OTH-1"]


def test_a_refused_task_leaves_no_gap(cast: Cast) -> None:
    create(cast)
    create(cast, 400, assigneeId=str(cast.moe.pk))
    create(cast, 400, status="NOPE")
    assert create(cast)["data"]["number"] == 2


def test_sixteen_tasks_created_in_parallel_are_numbered_without_gaps(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    clients = [client_of(cast.lea) for _ in range(16)]
    path = f"/api/projects/{cast.project.pk}/tasks"

    def create_one(n: int) -> int:
        answer = clients[n].ask("POST", path, {"title": "Oil"}, status=201)
        return int(answer["data"]["number"])

    assert sorted(times(16, create_one)) == list(range(1, 17))
    assert faults() == {}
    assert sorted(Task.objects.values_list("number", flat=True)) == list(range(1, 17))
