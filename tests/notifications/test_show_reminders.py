"""What the reminders of a task show: who is told and when, and what became of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from notifications.models import MutedTask, Reminder, ReminderChoice
from notifications.services import queue_due_reminders
from projects.services.deletion import archive_project
from tasks.models import Task
from tasks.services.tasks import create_task, transition_task, update_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import at, person
from tests.support.sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def due(cast: Cast) -> Task:
    """A task of Max, who is reminded a week before and on the day."""
    ReminderChoice.objects.create(
        workspace=cast.workspace, person=cast.max, lead_times=["WEEK", "ON_DAY"]
    )
    return create_task(
        actor=by(cast.max),
        project=cast.project,
        title="Oil it",
        assignee=cast.max,
        due_date=date(2031, 7, 8),
    )


def shown(cast: Cast, task: Task) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client_of(cast.lea).ask("GET", f"/api/tasks/{task.pk}/reminders")[
        "data"
    ]
    return rows


def fire(lead_time: str) -> None:
    Reminder.objects.planned().filter(lead_time=lead_time).update(fire_at=Now())
    queue_due_reminders()


def test_reminders_show_what_will_be_sent(cast: Cast, due: Task) -> None:
    week, day = Reminder.objects.order_by("fire_at")

    first, second = shown(cast, due)

    assert first == {
        "id": str(week.pk),
        "task_id": str(due.pk),
        "recipient": person(cast.max),
        "lead_time": "WEEK",
        "due": "2031-07-08",
        "fire_at": "2031-07-01T09:00:00+00:00",
        "state": "PLANNED",
        "reason": "",
        "channels": ["INBOX", "MAIL"],
        "mail": None,
        "sent_at": None,
    }
    assert (second["id"], second["lead_time"]) == (str(day.pk), "ON_DAY")
    assert second["fire_at"] == "2031-07-08T09:00:00+00:00"


def test_reminders_show_what_became_of_them(cast: Cast, due: Task, sink: Sink) -> None:
    fire("WEEK")
    [queued, _] = shown(cast, due)
    assert (queued["state"], queued["mail"], queued["sent_at"]) == ("QUEUED", "PENDING", None)
    assert queued["channels"] == ["INBOX", "MAIL"]

    [delivery] = send_all()
    [sent, _] = shown(cast, due)
    assert delivery.sent_at
    assert (sent["mail"], sent["sent_at"]) == ("SENT", at(delivery.sent_at))

    fire("ON_DAY")
    done = cast.project.statuses.get(key="DONE")
    transition_task(actor=by(cast.max), task=due, status=done)
    send_all()
    [_, skipped] = shown(cast, due)
    assert (skipped["mail"], skipped["reason"]) == ("SKIPPED", "the task is complete")


def test_reminders_leave_out_cancelled_plans(cast: Cast, due: Task) -> None:
    update_task(actor=by(cast.lea), task=due, changes={"due_date": date(2031, 8, 8)})
    assert [row["due"] for row in shown(cast, due)] == ["2031-08-08", "2031-08-08"]


def test_reminders_show_why_nothing_is_sent(cast: Cast, due: Task) -> None:
    MutedTask.objects.create(workspace=cast.workspace, task=due, person=cast.max)
    assert [row["channels"] for row in shown(cast, due)] == [[], []]
    fire("ON_DAY")
    Reminder.objects.planned().update(fire_at=Now() - timedelta(hours=25))
    queue_due_reminders()

    reasons = {row["lead_time"]: (row["state"], row["reason"]) for row in shown(cast, due)}
    assert reasons == {
        "WEEK": ("SKIPPED", "it was due more than 24 hours before it could be sent"),
        "ON_DAY": ("SKIPPED", "the person muted the task"),
    }


def test_reminders_of_an_archived_project_are_not_sent(cast: Cast, due: Task) -> None:
    archive_project(actor=by(cast.lea), project=cast.project)
    assert {row["reason"] for row in shown(cast, due)} == {"the project is archived"}


def test_reminders_are_for_those_who_may_read_the_task(cast: Cast, due: Task) -> None:
    path = f"/api/tasks/{due.pk}/reminders"
    assert client_of(cast.sam).ask("GET", path, status=403)["code"] == "not_a_member"
