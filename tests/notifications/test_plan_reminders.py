"""When people are reminded, and how the plan follows the task."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services.deletion import delete_person
from accounts.services.people import change_profile
from notifications.models import Reminder
from notifications.services import queue_due_reminders
from notifications.services.due_dates import due_in_words
from outbox.models import Delivery, State
from projects.services.columns import delete_column, update_column
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db

DAY = date(2031, 7, 1)


def a_zone_where_it_is(hour: int) -> str:
    """The name of a zone whose clocks now show this hour, 11 to 14, of the day it is in UTC."""
    offset = hour - datetime.now(UTC).hour
    return f"Etc/GMT{-offset:+d}"


def due_task(cast: Cast, day: date | None, hour: time | None = None) -> Task:
    """A task Lea gave to Max."""
    return create_task(
        actor=by(cast.lea),
        project=cast.project,
        title="Due",
        due_date=day,
        due_time=hour,
        assignee=cast.max,
    )


def own_task(cast: Cast, day: date) -> Task:
    """A task Max gave to himself."""
    return create_task(
        actor=by(cast.max), project=cast.project, title="Own", due_date=day, assignee=cast.max
    )


def midday(cast: Cast) -> ZoneInfo:
    """Max is where it is noon now."""
    zone = a_zone_where_it_is(12)
    change_profile(actor=by(cast.max), person=cast.max, time_zone=zone)
    return ZoneInfo(zone)


def nobodys_task(cast: Cast, day: date) -> Task:
    return create_task(actor=by(cast.lea), project=cast.project, title="Nobody's", due_date=day)


def plan() -> list[tuple[str, datetime]]:
    rows = Reminder.objects.planned().order_by("fire_at").select_related("recipient")
    return [(row.recipient.name, row.fire_at) for row in rows]


@pytest.mark.parametrize(
    ("recipient_zone", "setter_zone", "hour", "expected"),
    [
        ("UTC", "Asia/Tokyo", None, datetime(2031, 7, 1, 9, tzinfo=UTC)),
        ("Europe/Berlin", "UTC", None, datetime(2031, 7, 1, 7, tzinfo=UTC)),
        ("America/New_York", "UTC", None, datetime(2031, 7, 1, 13, tzinfo=UTC)),
        ("Asia/Kolkata", "UTC", None, datetime(2031, 7, 1, 3, 30, tzinfo=UTC)),
        ("Pacific/Kiritimati", "UTC", None, datetime(2031, 6, 30, 19, tzinfo=UTC)),
        ("UTC", "UTC", time(17), datetime(2031, 7, 1, 17, tzinfo=UTC)),
        ("Asia/Tokyo", "Europe/Berlin", time(17), datetime(2031, 7, 1, 15, tzinfo=UTC)),
        ("Europe/Berlin", "America/New_York", time(23), datetime(2031, 7, 2, 3, tzinfo=UTC)),
    ],
)
def test_plan_counts_on_the_right_clock(
    cast: Cast, recipient_zone: str, setter_zone: str, hour: time | None, expected: datetime
) -> None:
    change_profile(actor=by(cast.max), person=cast.max, time_zone=recipient_zone)
    change_profile(actor=by(cast.lea), person=cast.lea, time_zone=setter_zone)

    due_task(cast, DAY, hour)

    assert plan() == [("Max", expected)]


def test_plan_asks_for_a_date_and_an_assignee(cast: Cast) -> None:
    due_task(cast, None)
    nobodys_task(cast, DAY)
    due_task(cast, date(2020, 1, 1))

    assert plan() == []


def test_plan_of_an_hour_that_has_passed_today_is_for_now(cast: Cast) -> None:
    zone = midday(cast)
    today = datetime.now(zone).date()

    own_task(cast, today)

    nine = datetime.combine(today, time(9), tzinfo=zone)
    assert plan() == [("Max", nine)]
    assert nine < datetime.now(UTC)


def test_plan_of_a_task_reopened_today_does_not_remind_again(cast: Cast) -> None:
    task = own_task(cast, datetime.now(midday(cast)).date())
    assert queue_due_reminders() == 1
    columns = {column.key: column for column in cast.project.statuses.all()}

    for key in ("DONE", "TODO"):
        transition_task(actor=by(cast.max), task=task, status=columns[key])
    assert plan() == []

    Delivery.objects.update(state=State.SKIPPED)
    for key in ("DONE", "TODO"):
        transition_task(actor=by(cast.max), task=task, status=columns[key])
    assert [name for name, _ in plan()] == ["Max"]


def test_plan_does_not_add_a_reminder_to_a_fresh_assignment_mail(cast: Cast) -> None:
    task = due_task(cast, datetime.now(midday(cast)).date())
    assert plan() == []

    Delivery.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=61))
    update_task(actor=by(cast.lea), task=task, changes={"due_time": time(1)})
    update_task(actor=by(cast.lea), task=task, changes={"due_time": None})

    assert [name for name, _ in plan()] == ["Max"]


def test_plan_follows_the_date(cast: Cast) -> None:
    task = due_task(cast, DAY)

    update_task(actor=by(cast.lea), task=task, changes={"due_date": date(2031, 7, 2)})
    assert plan() == [("Max", datetime(2031, 7, 2, 9, tzinfo=UTC))]
    update_task(actor=by(cast.lea), task=task, changes={"due_date": None})

    assert plan() == []
    states = Reminder.objects.order_by("rev").values_list("rev", "state")
    assert list(states) == [(1, "CANCELLED"), (2, "CANCELLED")]


def test_plan_follows_the_assignee(cast: Cast) -> None:
    task = due_task(cast, DAY)

    update_task(actor=by(cast.max), task=task, changes={"assignee": cast.lea})
    assert [name for name, _ in plan()] == ["Lea"]
    update_task(actor=by(cast.lea), task=task, changes={"assignee": None})

    assert plan() == []


def test_plan_follows_the_work(cast: Cast) -> None:
    task = due_task(cast, DAY)
    columns = {column.key: column for column in cast.project.statuses.all()}

    transition_task(actor=by(cast.max), task=task, status=columns["IN_PROGRESS"])
    assert [row.rev for row in Reminder.objects.planned()] == [1]
    transition_task(actor=by(cast.max), task=task, status=columns["DONE"])
    assert plan() == []
    transition_task(actor=by(cast.max), task=task, status=columns["TODO"])
    assert [row.rev for row in Reminder.objects.planned()] == [2]
    delete_task(actor=by(cast.lea), task=task)

    assert plan() == []


def test_plan_follows_the_column(cast: Cast) -> None:
    due_task(cast, DAY)
    todo, done = (cast.project.statuses.get(key=key) for key in ("TODO", "DONE"))

    update_column(actor=by(cast.lea), column=todo, changes={"category": "CLOSED"})
    assert plan() == []
    update_column(actor=by(cast.lea), column=todo, changes={"category": "TODO"})
    assert [row.rev for row in Reminder.objects.planned()] == [2]
    delete_column(actor=by(cast.lea), column=todo, move_to=done)
    assert plan() == []


def test_plan_follows_the_recipients_clock(cast: Cast) -> None:
    due_task(cast, DAY)
    due_task(cast, DAY, time(17))

    change_profile(actor=by(cast.max), person=cast.max, time_zone="Asia/Tokyo")

    assert plan() == [
        ("Max", datetime(2031, 7, 1, 0, tzinfo=UTC)),
        ("Max", datetime(2031, 7, 1, 17, tzinfo=UTC)),
    ]


def test_plan_follows_the_clock_of_whoever_set_the_time(cast: Cast) -> None:
    due_task(cast, DAY)
    due_task(cast, DAY, time(17))
    nobodys_task(cast, DAY)

    change_profile(actor=by(cast.lea), person=cast.lea, time_zone="Asia/Tokyo")

    assert plan() == [
        ("Max", datetime(2031, 7, 1, 8, tzinfo=UTC)),
        ("Max", datetime(2031, 7, 1, 9, tzinfo=UTC)),
    ]
    assert sorted(Reminder.objects.values_list("rev", "state")) == [
        (1, "CANCELLED"),
        (1, "PLANNED"),
        (2, "PLANNED"),
    ]


def test_plan_counts_on_the_assignees_clock_when_whoever_set_the_time_is_gone(cast: Cast) -> None:
    """Their own is blanked, so that the plan and the words of the mail would differ."""
    change_profile(actor=by(cast.lea), person=cast.lea, time_zone="Asia/Tokyo")
    change_profile(actor=by(cast.max), person=cast.max, time_zone="America/New_York")
    task = due_task(cast, DAY, time(17))
    assert plan() == [("Max", datetime(2031, 7, 1, 8, tzinfo=UTC))]

    delete_person(actor=by(cast.lea), person=cast.lea, is_final=True)

    assert plan() == [("Max", datetime(2031, 7, 1, 21, tzinfo=UTC))]
    task.refresh_from_db()
    cast.max.refresh_from_db()
    assert task.due_set_by is None
    told = due_in_words(task, cast.max)
    assert told == "Tuesday, 1 July 2031 at 17:00 (America/New_York)"


def test_plan_follows_a_clock_at_the_same_cost_for_many_tasks(cast: Cast) -> None:
    costs = []
    for zone in ("Asia/Tokyo", "Europe/Berlin"):
        for _ in range(4):
            due_task(cast, DAY, time(17))
        with CaptureQueriesContext(connection) as statements:
            change_profile(actor=by(cast.lea), person=cast.lea, time_zone=zone)
        costs.append(len(statements))

    assert costs[0] == costs[1]


def test_plan_of_an_hour_that_a_clock_moved_into_the_past_is_for_now(cast: Cast) -> None:
    zone = midday(cast)
    today = datetime.now(zone).date()
    change_profile(actor=by(cast.lea), person=cast.lea, time_zone=zone.key)
    due_task(cast, today, time(13))
    Delivery.objects.update(created_at=datetime.now(UTC) - timedelta(minutes=61))

    change_profile(actor=by(cast.lea), person=cast.lea, time_zone=a_zone_where_it_is(14))

    [(name, moment)] = plan()
    assert (name, moment < datetime.now(UTC)) == ("Max", True)
