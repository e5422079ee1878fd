"""When a task is planned: estimate, start, and when it is due again."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from core import days
from tasks.models import Task
from tasks.services import subtasks
from tasks.services.deletion import release_due_times
from tasks.services.labels import add_label
from tasks.services.recurrence import later
from tasks.services.tasks import create_task, transition_task
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


def test_the_counter_is_locked_before_a_task_that_comes_to_repeat(cast: Cast, task: Task) -> None:
    """As by all who may need both; the other way round, each could wait for the other."""
    body = {"recurrence": WEEKLY, "status": "DONE"}
    with CaptureQueriesContext(connection) as seen:
        change(cast, str(task.pk), body)
    locks = [each["sql"] for each in seen if "FOR NO KEY UPDATE" in each["sql"]]
    assert "tasks_taskcounter" in locks[0]
    assert 'tasks_task"' in locks[1]
    assert Task.objects.get(number=2).repeat_every == 1


def test_a_task_long_overdue_is_due_next_in_the_future(cast: Cast) -> None:
    late = {"due_date": f"{TODAY - timedelta(days=100)}", "recurrence": {"every": 2, "unit": "DAY"}}
    first = plan(cast, late)["data"]
    change(cast, first["id"], {"is_complete": True})
    following = Task.objects.get(number=3).due_date
    assert following in (TODAY + timedelta(days=1), TODAY + timedelta(days=2))


LATE = datetime(2030, 1, 31, 23, 30, tzinfo=UTC)
"""In Tokyo the day after, in New York not yet the end of the day."""


@pytest.mark.parametrize(
    ("setter", "assignee", "due_time", "expected"),
    [
        ("Asia/Tokyo", "America/New_York", time(9), date(2030, 2, 2)),
        ("America/New_York", "Asia/Tokyo", time(9), date(2030, 2, 1)),
        ("Asia/Tokyo", "America/New_York", None, date(2030, 2, 1)),
        ("America/New_York", "Asia/Tokyo", None, date(2030, 2, 2)),
        ("America/New_York", None, None, date(2030, 2, 2)),
    ],
)
def test_today_is_that_of_the_due_date(
    cast: Cast,
    monkeypatch: pytest.MonkeyPatch,
    setter: str,
    assignee: str | None,
    due_time: time | None,
    expected: date,
) -> None:
    """Around midnight: whose day it is decides, as for reminders. Lea, in Tokyo, completes it."""
    monkeypatch.setattr(days, "timezone", SimpleNamespace(now=lambda: LATE))
    zones = {cast.ada: setter, cast.max: assignee or "UTC", cast.lea: "Asia/Tokyo"}
    for person, zone in zones.items():
        User.objects.filter(pk=person.pk).update(time_zone=zone)
        person.time_zone = zone
    first: dict[str, Any] = {"due_date": date(2030, 1, 30), "due_time": due_time, "title": "Oil"}
    first |= {"assignee": cast.max if assignee else None, "repeat_every": 1, "repeat_unit": "DAY"}
    task = create_task(actor=by(cast.ada), project=cast.project, **first)
    done = cast.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.lea), task=Task.objects.get(pk=task.pk), status=done)
    following = Task.objects.get(number=2)
    assert (following.due_date, following.due_set_by) == (expected, cast.ada)


def test_the_next_task_leaves_a_parent_that_is_full(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subtasks, "MOST_SUBTASKS", 2)
    first = plan(cast, {"parent_id": str(task.pk), "recurrence": WEEKLY})["data"]
    change(cast, first["id"], {"is_complete": True})
    [following] = Task.objects.filter(number=4)
    assert (following.parent, following.repeat_every) == (None, 1)


def test_the_ends_of_months_stay_ends(cast: Cast) -> None:
    """Counted from the due date, not from the end of February."""
    past = {"due_date": "2020-01-31", "recurrence": {"every": 1, "unit": "MONTH"}}
    first = plan(cast, past)["data"]
    change(cast, first["id"], {"is_complete": True})
    due = Task.objects.get(number=3).due_date
    assert due
    assert due.day == monthrange(due.year, due.month)[1]


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


def test_due_times_of_many_tasks_are_released_with_one_array(cast: Cast) -> None:
    """PostgreSQL takes 65,535 parameters at most; more tasks would keep a person from going."""
    plan(cast, {"due_date": "2030-01-31", "due_time": "09:00"})
    with CaptureQueriesContext(connection) as seen:
        release_due_times(actor=by(None), person=cast.max)
    [update] = [each["sql"] for each in seen if each["sql"].startswith("UPDATE")]
    assert " IN (" not in update
    assert not Task.objects.filter(due_set_by=cast.max).exists()
