"""When people want to be reminded: chosen in each workspace, planned at once."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.services.deletion import delete_person
from notifications.models import Reminder, ReminderChoice
from notifications.services import choose_lead_times, queue_due_reminders
from tasks.models import Task
from tasks.services.tasks import create_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import times
from workspaces.models import Membership
from workspaces.services.members import remove_member

pytestmark = pytest.mark.django_db

DAY = date(2031, 7, 8)
ALL = ["WEEK", "DAY", "HOUR", "ON_DAY", "OVERDUE"]


def task_of_max(cast: Cast, hour: time | None = None, day: date = DAY) -> Task:
    return create_task(
        actor=by(cast.max),
        project=cast.project,
        title="Oil it",
        assignee=cast.max,
        due_date=day,
        due_time=hour,
    )


def plan() -> list[tuple[str, datetime]]:
    rows = Reminder.objects.planned().order_by("fire_at")
    return list(rows.values_list("lead_time", "fire_at"))


def path(cast: Cast) -> str:
    return f"/api/workspaces/{cast.workspace.pk}/reminders"


def choose(cast: Cast, *lead_times: str) -> Any:
    body = {"lead_times": list(lead_times)}
    return client_of(cast.max).ask("PUT", path(cast), body)["data"]


def test_choice_is_the_day_itself_by_default(cast: Cast) -> None:
    assert client_of(cast.max).ask("GET", path(cast))["data"] == {
        "lead_times": ["ON_DAY"],
        "default": ["ON_DAY"],
    }


def test_choice_is_ones_own(cast: Cast) -> None:
    assert choose(cast, "overdue", "Week", "WEEK") == {
        "lead_times": ["WEEK", "OVERDUE"],
        "default": ["ON_DAY"],
    }
    assert client_of(cast.lea).ask("GET", path(cast))["data"]["lead_times"] == ["ON_DAY"]
    assert client_of(cast.sam).ask("GET", path(cast), status=403)["code"] == "not_a_member"


@pytest.mark.parametrize("wrong", [None, "WEEK", ["MONTH"], [1], [None], ["WEEK"] * 21])
def test_choice_of_what_there_is_not_is_refused(cast: Cast, wrong: Any) -> None:
    refusal = client_of(cast.max).ask("PUT", path(cast), {"lead_times": wrong}, status=400)
    assert [field.partition(".")[0] for field in refusal["errors"]] == ["lead_times"]
    assert not ReminderChoice.objects.exists()


@pytest.mark.parametrize(
    ("hour", "expected"),
    [
        (
            None,
            [
                ("WEEK", datetime(2031, 7, 1, 9, tzinfo=UTC)),
                ("DAY", datetime(2031, 7, 7, 9, tzinfo=UTC)),
                ("ON_DAY", datetime(2031, 7, 8, 9, tzinfo=UTC)),
                ("OVERDUE", datetime(2031, 7, 9, 9, tzinfo=UTC)),
            ],
        ),
        (
            time(17),
            [
                ("WEEK", datetime(2031, 7, 1, 17, tzinfo=UTC)),
                ("DAY", datetime(2031, 7, 7, 17, tzinfo=UTC)),
                ("HOUR", datetime(2031, 7, 8, 16, tzinfo=UTC)),
                ("ON_DAY", datetime(2031, 7, 8, 17, tzinfo=UTC)),
                ("OVERDUE", datetime(2031, 7, 9, 17, tzinfo=UTC)),
            ],
        ),
    ],
)
def test_choice_plans_what_is_there_and_what_comes(
    cast: Cast, hour: time | None, expected: list[tuple[str, datetime]]
) -> None:
    task_of_max(cast, hour)
    choose(cast, *ALL)
    assert plan() == expected

    choose(cast)
    assert plan() == []
    task_of_max(cast, hour)
    assert plan() == []


def test_choice_of_another_workspace_counts_there_only(cast: Cast) -> None:
    Membership.objects.create(workspace=cast.elsewhere, user=cast.max, role="MEMBER")
    choose_lead_times(actor=by(cast.max), workspace=cast.elsewhere, lead_times=["WEEK"])
    task_of_max(cast)
    assert [lead_time for lead_time, _ in plan()] == ["ON_DAY"]


def test_choice_does_not_plan_the_past(cast: Cast) -> None:
    task_of_max(cast, day=datetime.now(UTC).date() + timedelta(days=3))
    choose(cast, "WEEK", "DAY")
    assert [lead_time for lead_time, _ in plan()] == ["DAY"]


def test_choice_does_not_remind_again(cast: Cast) -> None:
    task = task_of_max(cast)
    Reminder.objects.update(fire_at=datetime.now(UTC))
    assert queue_due_reminders() == 1

    choose(cast)
    choose(cast, "ON_DAY")
    update_task(actor=by(cast.max), task=task, changes={"due_date": None})
    update_task(actor=by(cast.max), task=task, changes={"due_date": DAY})

    assert plan() == []


def test_choice_costs_the_same_for_one_task_as_for_many(cast: Cast) -> None:
    choose(cast, "OVERDUE")
    costs = []
    for count, lead_times in ((1, ["WEEK"]), (5, ["DAY", "ON_DAY"])):
        for _ in range(count):
            task_of_max(cast)
        with CaptureQueriesContext(connection) as statements:
            choose_lead_times(actor=by(cast.max), workspace=cast.workspace, lead_times=lead_times)
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_choice_goes_with_the_membership_and_the_person(cast: Cast) -> None:
    choose(cast, "WEEK")
    remove_member(actor=by(cast.max), membership=Membership.objects.get(user=cast.max))
    assert not ReminderChoice.objects.exists()

    ReminderChoice.objects.create(workspace=cast.workspace, person=cast.max, lead_times=["DAY"])
    delete_person(actor=by(cast.max), person=cast.max)
    assert not ReminderChoice.objects.exists()


def test_choice_beside_new_tasks_is_that_of_all(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    """Whoever plans before the choice is committed is planned anew by it."""

    def work(number: int) -> None:
        if number % 4:
            task_of_max(cast)
        else:
            chosen = ["DAY", "WEEK"][: 1 + number // 4 % 2]
            choose_lead_times(actor=by(cast.max), workspace=cast.workspace, lead_times=chosen)

    for _ in range(3):
        times(8, work)
        planned = Reminder.objects.planned()
        [choice] = ReminderChoice.objects.values_list("lead_times", flat=True)
        for task in Task.objects.all():
            assert {row.lead_time for row in planned.filter(task=task)} == {*choice}
