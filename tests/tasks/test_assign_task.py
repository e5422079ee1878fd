"""Giving a task to somebody."""

from typing import Any

import pytest

from projects.services.members import add_project_member
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.log import log_of


def assign(cast: Cast, task: Task, body: dict[str, Any], status: int = 200) -> Any:
    return client_of(cast.lea).ask("PATCH", f"/api/tasks/{task.pk}", body, status=status)


@pytest.mark.parametrize("key", ["assigneeId", "assignee_id", "assignee"])
def test_assign_task_and_take_it_back(cast: Cast, task: Task, key: str) -> None:
    given = assign(cast, task, {key: str(cast.max.pk)})["data"]
    assert given["assignee"]["email"] == "max@example.com"
    taken = assign(cast, task, {key: None})["data"]
    assert (taken["assignee"], taken["assigneeId"]) == (None, None)
    there = {"old": None, "new": str(cast.max.pk)}
    back = {"old": there["new"], "new": None}
    assert [change for _, _, change in log_of(task)[1:]] == [
        {"assignee": there},
        {"assignee": back},
    ]


def test_assign_task_twice_changes_nothing(cast: Cast, task: Task) -> None:
    for _ in range(2):
        shown = assign(cast, task, {"assigneeId": str(cast.max.pk)})["data"]
    assert shown["version"] == 2
    assert [action for action, _, _ in log_of(task)] == ["created", "assigned"]


def test_assign_task_to_a_viewer(cast: Cast, task: Task) -> None:
    add_project_member(actor=by(cast.lea), project=cast.project, person=cast.gus, role="VIEWER")
    shown = assign(cast, task, {"assigneeId": str(cast.gus.pk)})["data"]
    assert shown["assignee"]["name"] == "Gus"


@pytest.mark.parametrize(
    ("who", "code"), [("moe", "not_in_project"), ("gus", "not_in_project"), ("sam", "invalid")]
)
def test_assign_task_outside_the_project(
    cast: Cast, task: Task, unchanged: None, who: str, code: str
) -> None:
    refusal = assign(cast, task, {"assigneeId": str(getattr(cast, who).pk)}, 400)
    assert refusal["code"] == code
    assert list(refusal["errors"]) == ["assignee_id"]


def test_assign_task_to_somebody_known_by_a_providers_id(cast: Cast, task: Task) -> None:
    cast.max.external_id = "user_2max"
    cast.max.save()
    for name in ("user_2max", str(cast.max.pk)):
        shown = assign(cast, task, {"assigneeId": name})["data"]
        assert (shown["assigneeId"], shown["assignee"]["id"]) == ("user_2max", "user_2max")
    listed = client_of(cast.moe).ask(
        "GET", f"/api/projects/{cast.project.pk}/tasks?assignee=user_2max"
    )
    assert [item["id"] for item in listed["data"]] == [str(task.pk)]


@pytest.mark.parametrize(("role", "status"), [("MEMBER", 200), ("LEAD", 200), ("VIEWER", 403)])
def test_who_works_in_the_project_takes_a_task_of_others(
    cast: Cast, task: Task, role: str, status: int
) -> None:
    """A GUEST of the workspace: the role in the project is all that counts."""
    person = cast.lea if role == "LEAD" else cast.gus
    if person == cast.gus:
        add_project_member(actor=by(cast.lea), project=cast.project, person=person, role=role)
    body = {"assignee_id": str(person.pk)}
    client_of(person).ask("PATCH", f"/api/tasks/{task.pk}", body, status=status)
    task.refresh_from_db()
    assert (task.assignee_id == person.pk) is (status == 200)
