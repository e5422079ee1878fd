"""When a task is planned: estimate, start, and when it is due again."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tasks.models import Task
from tasks.services.labels import add_label
from tasks.services.recurrence import later
from tests.support.actors import by
from tests.support.cast import Cast, client_of

TODAY = timezone.now().date()
WEEKLY = {"every": 1, "unit": "week"}


def plan(cast: Cast, body: dict[str, Any], status: int = 201) -> Any:
    """Over both routes on which a task is created."""
    client = client_of(cast.max)
    named = {"title": "Oil", "project": str(cast.project.pk), **body}
    client.ask("POST", "/api/tasks", named, status=status)
    path = f"/api/projects/{cast.project.pk}/tasks"
    return client.ask("POST", path, {"title": "Oil", **body}, status=status)


def change(cast: Cast, task: str, body: dict[str, Any], status: int = 200) -> Any:
    return client_of(cast.max).ask("PATCH", f"/api/tasks/{task}", body, status=status)


def test_a_task_is_planned(cast: Cast) -> None:
    body = {"estimate_minutes": 90, "startDate": "2030-01-30", "due_date": "2030-02-01"}
    shown = plan(cast, {**body, "recurrence": WEEKLY})["data"]
    assert (shown["estimate_minutes"], shown["start_date"]) == (90, "2030-01-30")
    assert shown["recurrence"] == {"every": 1, "unit": "WEEK"}
    nothing = {"estimate_minutes": None, "start_date": "", "recurrence": None}
    after = change(cast, shown["id"], nothing)["data"]
    assert {after[key] for key in nothing} == {None}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"start_date": "2030-02-02", "due_date": "2030-02-01"}, "due_before_start"),
        ({"start_date": "0000-01-01"}, "invalid"),
        ({"start_date": "9999-12-31"}, "invalid"),
        ({"estimate_minutes": 0}, "invalid"),
        ({"estimate_minutes": 10**12}, "invalid"),
        ({"recurrence": {"every": 0, "unit": "DAY"}}, "invalid"),
        ({"recurrence": {"every": 367, "unit": "DAY"}}, "invalid"),
        ({"recurrence": {"every": 1}}, "invalid"),
        ({"recurrence": {"every": 1, "unit": "EON"}}, "invalid"),
        ({"recurrence": "daily"}, "invalid"),
    ],
)
def test_what_is_no_plan_is_refused(cast: Cast, wrong: dict[str, Any], code: str) -> None:
    assert plan(cast, wrong, 400)["code"] == code
    assert not Task.objects.exists()


def test_a_task_that_would_be_due_before_it_starts_stays(cast: Cast, task: Task) -> None:
    change(cast, str(task.pk), {"start_date": "2030-01-30"})
    refusal = change(cast, str(task.pk), {"due_date": "2030-01-29"}, 400)
    assert refusal["code"] == "due_before_start"


def test_the_next_task_is_made_once_one_is_done(cast: Cast) -> None:
    add_label(actor=by(cast.max), project=cast.project, name="Red")
    due = TODAY + timedelta(days=3)
    body = {"due_date": f"{due}", "due_time": "09:30", "start_date": f"{TODAY}", "labels": ["Red"]}
    more = {"estimate_minutes": 30, "priority": "HIGH", "assignee_id": str(cast.lea.pk)}
    first = plan(cast, {**body, **more, "recurrence": WEEKLY})["data"]
    for status in ("DONE", "TODO", "DONE"):
        change(cast, first["id"], {"status": status})
    [second] = Task.objects.filter(number=3)
    shown = client_of(cast.max).ask("GET", f"/api/tasks/{second.pk}")["data"]
    kept = ("title", "priority", "assignee_id", "labels", "due_time", "recurrence")
    assert {key: shown[key] for key in kept} == {key: first[key] for key in kept}
    week = timedelta(days=7)
    assert (second.due_date, second.start_date) == (due + week, TODAY + week)
    assert (second.status.key, second.estimate_minutes) == ("TODO", 30)
    assert Task.objects.get(pk=first["id"]).repeat_every is None


def test_a_task_long_overdue_is_due_next_in_the_future(cast: Cast) -> None:
    late = {"due_date": f"{TODAY - timedelta(days=100)}", "recurrence": {"every": 2, "unit": "DAY"}}
    first = plan(cast, late)["data"]
    change(cast, first["id"], {"is_complete": True})
    following = Task.objects.get(number=3).due_date
    assert following in (TODAY + timedelta(days=1), TODAY + timedelta(days=2))


def test_the_last_day_there_is_has_no_next_task(cast: Cast) -> None:
    first = plan(cast, {"due_date": "2999-12-31", "recurrence": {"every": 1, "unit": "MONTH"}})
    change(cast, first["data"]["id"], {"is_complete": True})
    assert Task.objects.count() == 2


@pytest.mark.parametrize(
    ("day", "every", "unit", "expected"),
    [
        ("2030-01-31", 1, "DAY", "2030-02-01"),
        ("2030-01-31", 2, "WEEK", "2030-02-14"),
        ("2030-01-31", 1, "MONTH", "2030-02-28"),
        ("2031-12-31", 2, "MONTH", "2032-02-29"),
        ("2030-06-15", 12, "MONTH", "2031-06-15"),
    ],
)
def test_an_interval_later(day: str, every: int, unit: str, expected: str) -> None:
    assert later(date.fromisoformat(day), every, unit) == date.fromisoformat(expected)
