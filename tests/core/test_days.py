"""Days at both ends of the calendar: refused where somebody plans, harmless everywhere else."""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import DateField, Field
from unfold.contrib.filters.admin import RangeDateFilter, RangeDateTimeFilter

from accounts.models import User
from core.days import FIRST_DAY, LAST_DAY
from notifications.models import Reminder
from notifications.services.due_dates import due_in_words, due_instant
from notifications.services.reminders import plan_reminders
from projects.models import Project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.admin.desk import Desk, errors_of, list_of, page_of
from tests.admin.world import fill
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.staff import sign_in_staff

ENDS = [date.min, date.max]
OUTSIDE = ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31", "9999-12-31T23:59:59-12:00"]
SENTENCE = "From 1900-01-01 to 2999-12-31."
ZONES = sorted(zoneinfo.available_timezones())


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("day", OUTSIDE)
def test_a_day_outside_the_calendar_is_refused(cast: Cast, task: Task, day: str) -> None:
    lea = client_of(cast.lea)
    for path, field in [
        (f"/api/tasks/{task.pk}", "due_date"),
        (f"/api/projects/{cast.project.pk}", "start_date"),
        (f"/api/projects/{cast.project.pk}", "end_date"),
    ]:
        refusal = lea.ask("PATCH", path, {field: day}, status=400)
        assert refusal["errors"] == {field: [SENTENCE]}


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
@pytest.mark.parametrize("hour", ["00:00", "23:59:59.999999"])
def test_the_first_and_the_last_day_are_accepted(cast: Cast, day: date, hour: str) -> None:
    path = f"/api/projects/{cast.project.pk}/tasks"
    body = {"title": "Due", "due_date": str(day), "due_time": hour, "assigneeId": str(cast.max.pk)}
    shown = client_of(cast.lea).ask("POST", path, body, status=201)
    assert shown["data"]["due_date"] == str(day)


@pytest.mark.parametrize("hour", [None, time.min, time.max])
def test_every_zone_knows_the_moment_of_a_day_of_the_calendar(hour: time | None) -> None:
    for name in ZONES:
        zone = zoneinfo.ZoneInfo(name)
        for day in (FIRST_DAY, LAST_DAY):
            moment = due_instant(day, hour, zone)
            assert moment.astimezone(UTC) != datetime.now(UTC)
            assert moment.astimezone(zone).date() in (day, date(2999, 12, 31))


@pytest.mark.parametrize("day", ENDS)
@pytest.mark.parametrize("hour", [None, time.min, time.max])
def test_an_older_row_is_not_reminded_of(cast: Cast, day: date, hour: time | None) -> None:
    """Of a time before the rule, or written by hand."""
    task = create_task(actor=by(cast.lea), project=cast.project, title="Old", assignee=cast.max)
    task.due_date, task.due_time, task.due_set_by = day, hour, cast.lea
    for zone in ("Etc/GMT+12", "Pacific/Kiritimati", "America/New_York"):
        cast.max.time_zone = cast.lea.time_zone = zone
        User.objects.update(time_zone=zone)
        plan_reminders(task=task)
        assert str(day.year) in due_in_words(task, cast.max)
    assert not Reminder.objects.exists()
    task.save()
    assert client_of(cast.lea).ask("GET", f"/api/tasks/{task.pk}")["data"]["due_date"] == str(day)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_lists_are_narrowed_by_any_day(cast: Cast, task: Task, day: str) -> None:
    path = f"/api/projects/{cast.project.pk}/tasks"
    for name in ("due_after", "due_before"):
        client_of(cast.lea).ask("GET", f"{path}?{name}={day}")


@pytest.fixture
def desk(db: None) -> Desk:
    browser = Desk(raise_request_exception=False)
    sign_in_staff(browser, User.objects.create_superuser("root@example.com", "correct horse"))
    return browser


@pytest.mark.parametrize("day", ENDS)
def test_staff_are_refused_such_a_day_and_see_older_ones(desk: Desk, task: Task, day: date) -> None:
    refused = {
        "due_date": desk.submit(page_of(task), due_date=str(day)),
        "end_date": desk.submit(page_of(task.project), end_date=str(day)),
    }
    for name, page in refused.items():
        assert errors_of(page)[name] == [SENTENCE]
    Task.objects.update(due_date=day, due_time=time.max)
    Project.objects.update(start_date=day, end_date=day)
    for row in (task, task.project):
        assert desk.get(page_of(row)).status_code == 200
        assert desk.get(list_of(type(row))).status_code == 200


Query = dict[str, list[str]]


def moments(model: Any, field: Field[Any, Any], day: str) -> list[Query]:
    """The lookups Django's filters write into their links, and what unfold's filters send."""
    name, zoned = field.name, (f"{day} 00:00:00+14:00", f"{day} 23:59:59-12:00")
    found = [
        {f"{name}__gte": [first], f"{name}__lt": [last]} for first, last in (zoned, (day, day))
    ]
    filters = admin.site.get_model_admin(model).list_filter
    if (name, RangeDateFilter) in filters:
        found += [{f"{name}_from": [day], f"{name}_to": [day]}]
    if (name, RangeDateTimeFilter) in filters:
        found += [{f"{name}_from_0": [day], f"{name}_from_1": ["23:59"], f"{name}_to_0": [day]}]
    return found


def years(field: Field[Any, Any], day: str, depth: int = 3) -> Query:
    """The way through a hierarchy of days, so many steps of it."""
    names = [f"{field.name}__{part}" for part in ("year", "month", "day")]
    return dict(zip(names[:depth], ([part] for part in day.split("-")), strict=False))


def days_of(model: Any) -> list[Field[Any, Any]]:
    return [field for field in model._meta.fields if isinstance(field, DateField)]


def role_of(model: Any, field: Field[Any, Any]) -> Any:
    """What the admin has for a field: fields with the same are narrowed by the same code."""
    site = admin.site.get_model_admin(model)
    named = [one if isinstance(one, tuple) else (one, None) for one in site.list_filter]
    return type(field), dict(named).get(field.name, "none"), field.name == site.date_hierarchy


def alone(model: Any, field: Field[Any, Any], day: str) -> list[Query]:
    depths = (1, 2, 3) if field.name == admin.site.get_model_admin(model).date_hierarchy else (3,)
    return [*moments(model, field, day), *(years(field, day, depth) for depth in depths)]


def parts(model: Any, day: str, seen: set[Any]) -> Iterator[list[Query]]:
    """What is asked at once: everything, everything of a kind, and each alone, once for a role."""
    fields = days_of(model)
    kinds = [
        [query for field in fields for query in moments(model, field, day)],
        [years(field, day) for field in fields],
    ]
    yield [*kinds[0], *kinds[1]]
    # Of what is no day, nothing is ever taken.
    yield from kinds if day in map(str, ENDS) else ()
    for field in fields:
        if (role := (day, role_of(model, field))) not in seen:
            seen.add(role)
            yield from ([query] for query in alone(model, field, day))


def failed(desk: Desk, model: Any, day: str, seen: set[Any]) -> dict[str, int]:
    """What the list cannot answer; what was taken with others is not asked again with fewer."""
    taken: list[Query] = []
    wrong: dict[str, int] = {}
    for part in parts(model, day, seen):
        if all(query in taken for query in part):
            continue
        query: Query = {}
        for one in part:
            query |= {name: [*query.get(name, ()), *values] for name, values in one.items()}
        status = desk.get(list_of(model), query).status_code
        taken += part if status == 200 else ()
        wrong |= {f"{model._meta.label} {query}": status} if status >= 500 else {}
    return wrong


# The lookups Django's own filters write into their links are told without a zone.
@pytest.mark.filterwarnings("ignore:.*received a naive datetime:RuntimeWarning")
def test_lists_of_the_admin_are_narrowed_by_any_day(desk: Desk) -> None:
    fill()
    models = [*filter(admin.site.is_registered, apps.get_models())]
    days = ("0001-01-01", "9999-12-31", "0000-00-00", "99999-99-99")
    seen: set[Any] = set()
    wrong: dict[str, int] = {}
    for (turn, model), (number, day) in product(enumerate(models), enumerate(days)):
        roles = {(day, role_of(model, field)) for field in days_of(model)}
        # One day in turn where each field is narrowed by code that has met all of them.
        if roles - seen or turn % len(days) == number:
            wrong |= failed(desk, model, day, seen)
    assert len(seen) > 20
    assert wrong == {}
