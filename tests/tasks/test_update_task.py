"""Changing a task."""

from typing import Any

import pytest

from core.rights import Right
from tasks.models import Task
from tests.support.cast import Cast, client_of
from tests.support.documents import task_alone
from tests.support.log import log_of


def update(cast: Cast, task: Task, body: dict[str, Any], *, method: str = "PATCH") -> Any:
    return client_of(cast.lea).ask(method, f"/api/tasks/{task.pk}", body)


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_update_task_changes_what_is_given(cast: Cast, task: Task, method: str) -> None:
    answer = update(cast, task, {"title": "Oil", "dueDate": "2030-01-31"}, method=method)
    task.refresh_from_db()
    assert answer == {
        "success": True,
        "data": task_alone(task, cast.lea),
        "message": "Task updated successfully",
    }
    changes = {
        "title": {"old": "Grind the gears", "new": "Oil"},
        "due_date": {"old": None, "new": "2030-01-31"},
    }
    assert log_of(task)[1:] == [("updated", cast.lea.pk, changes)]
    assert (task.version, task.due_set_by) == (2, cast.lea)


def test_update_task_tells_one_event_for_each_thing_that_happened(cast: Cast, task: Task) -> None:
    body = {"priority": "low", "status": "DONE", "assignee_id": str(cast.max.pk)}
    update(cast, task, body, method="PUT")
    assert log_of(task)[1:] == [
        ("updated", cast.lea.pk, {"priority": {"old": "MEDIUM", "new": "LOW"}}),
        ("status_changed", cast.lea.pk, {"status": {"old": "TODO", "new": "DONE"}}),
        ("assigned", cast.lea.pk, {"assignee": {"old": None, "new": str(cast.max.pk)}}),
    ]
    task.refresh_from_db()
    assert task.version == 2


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"title": "Grind the gears", "status": "todo", "assigneeId": None, "due_date": ""},
        {"is_complete": False},
        {"number": 9, "id": "x", "created_by": "x", "version": 7, "workspace_id": "x"},
        {"project": {"id": "x"}},
    ],
)
def test_update_task_with_nothing_new_changes_nothing(
    cast: Cast, task: Task, unchanged: None, method: str, body: dict[str, Any]
) -> None:
    assert update(cast, task, body, method=method)["data"] == task_alone(task, cast.lea)


def test_update_task_with_the_document_itself_changes_nothing(
    cast: Cast, task: Task, unchanged: None
) -> None:
    shown = client_of(cast.lea).ask("GET", f"/api/tasks/{task.pk}")["data"]
    shown["assignee"] = None
    assert update(cast, task, shown, method="PUT")["data"] == task_alone(task, cast.lea)


def test_a_due_time_goes_with_its_date(cast: Cast, task: Task) -> None:
    timed = update(cast, task, {"due_date": "2030-01-31", "due_time": "09:30:00"})["data"]
    assert (timed["due_date"], timed["due_time"]) == ("2030-01-31", "09:30:00")
    assert update(cast, task, {"title": "Oil"})["data"]["due_time"] == "09:30:00"
    cleared = update(cast, task, {"due_date": ""})["data"]
    assert (cleared["due_date"], cleared["due_time"]) == (None, None)
    task.refresh_from_db()
    assert task.due_set_by is None


def test_a_due_time_may_be_emptied(cast: Cast, task: Task) -> None:
    update(cast, task, {"due_date": "2030-01-31", "due_time": "09:30"})
    shown = update(cast, task, {"due_time": ""})["data"]
    assert (shown["due_date"], shown["due_time"]) == ("2030-01-31", None)


@pytest.mark.parametrize("given", ["09:30Z", "09:30:00+02:00", "T09:30", "9:30 PM", "24:00"])
def test_a_due_time_has_no_offset(cast: Cast, task: Task, unchanged: None, given: str) -> None:
    """An offset would be dropped, and the reminder come at another moment than was meant."""
    body = {"due_date": "2030-01-31", "due_time": given}
    refusal = client_of(cast.lea).ask("PATCH", f"/api/tasks/{task.pk}", body, status=400)
    assert list(refusal["errors"]) == ["due_time"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [("2030-01-31T23:30:00Z", "2030-01-31"), ("2028-02-29", "2028-02-29")],
)
def test_an_instant_means_its_day(cast: Cast, task: Task, given: str, kept: str) -> None:
    assert update(cast, task, {"dueDate": given})["data"]["due_date"] == kept


def test_text_is_kept_as_it_was_written(cast: Cast, task: Task) -> None:
    text = 'Ünïcode \u2028 "quotes" \\ <script>alert(1)</script> \U0001f600\nnew line\ttab'
    shown = update(cast, task, {"title": "😀" * 255, "description": text})["data"]
    assert (shown["title"], shown["description"]) == ("😀" * 255, text)


def test_update_task_asks_for_the_transition_as_its_own_route_does(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobodys = Right("task:transition", ())
    monkeypatch.setattr("tasks.services.edits.TRANSITION_TASK", nobodys)
    lea, path = client_of(cast.lea), f"/api/tasks/{task.pk}"

    lea.ask("PATCH", path, {"title": "Oil", "status": "TODO", "isComplete": False})
    for body in ({"status": "DONE"}, {"isComplete": True}, {"title": "Rust", "status": "DONE"}):
        refusal = lea.ask("PATCH", path, body, status=403)
        assert refusal["required"] == "task:transition"
    task.refresh_from_db()
    assert (task.title, task.status.key) == ("Oil", "TODO")
