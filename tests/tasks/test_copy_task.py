"""Copying a task."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tasks.models import Task
from tasks.services import copies
from tasks.services.labels import add_label
from tasks.services.tasks import create_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of


def copy(cast: Cast, task: Task, body: Any = None, status: int = 201) -> Any:
    return client_of(cast.max).ask("POST", f"/api/tasks/{task.pk}/copy", body or {}, status=status)


@pytest.fixture
def whole(cast: Cast, task: Task) -> Task:
    """A task with all that is copied, and a part of a part."""
    red = add_label(actor=by(cast.max), project=cast.project, name="Red")
    planned: dict[str, Any] = {"estimate_minutes": 5, "labels": [red], "assignee": cast.max}
    task = update_task(actor=by(cast.max), task=task, changes=planned)
    part = create_task(actor=by(cast.max), project=cast.project, title="Part", parent=task)
    create_task(actor=by(cast.max), project=cast.project, title="Lower", parent=part)
    return task


def test_copy_task_with_its_parts(cast: Cast, whole: Task) -> None:
    shown = copy(cast, whole)["data"]
    original = client_of(cast.max).ask("GET", f"/api/tasks/{whole.pk}")["data"]
    same = ("title", "description", "type", "priority", "labels", "estimate_minutes", "subtasks")
    assert {key: shown[key] for key in same} == {key: original[key] for key in same}
    made = Task.objects.filter(number__gt=3).order_by("number")
    assert [each.title for each in made] == [whole.title, "Part", "Lower"]
    assert [each.parent_id for each in made] == [None, made[0].pk, made[1].pk]
    assert (shown["assignee_id"], shown["status"]) == (str(cast.max.pk), "TODO")


def test_copy_task_alone_under_another_title(cast: Cast, whole: Task) -> None:
    shown = copy(cast, whole, {"title": "Again", "with_subtasks": False})["data"]
    assert (shown["title"], shown["subtasks"]["total"]) == ("Again", 0)
    assert Task.objects.count() == 4


def test_so_many_tasks_are_copied_at_most(
    cast: Cast, whole: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "MOST_COPIED", 2)
    with CaptureQueriesContext(connection) as seen:
        assert copy(cast, whole, status=409)["code"] == "too_many_copied"
    assert Task.objects.count() == 3
    read = [each["sql"] for each in seen if '"parent_id" IN' in each["sql"]]
    assert all("LIMIT" in sql for sql in read)  # of 500 sub-tasks of each of 50
