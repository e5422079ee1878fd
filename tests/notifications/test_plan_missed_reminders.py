"""Reminders that came due while they could not be sent go out once they can."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.services.people import change_access
from notifications.models import Reminder
from notifications.services import queue_due_reminders
from outbox.models import Delivery, State
from projects.services.deletion import (
    archive_project,
    delete_project,
    restore_project,
    unarchive_project,
)
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.sink import Sink
from workspaces.services.deletion import delete_workspace, restore_workspace

pytestmark = pytest.mark.django_db

Step = Callable[[Cast], object]


def task_of_max(cast: Cast) -> Task:
    """Its reminder is planned, for a day that never comes in a test."""
    return create_task(
        actor=by(cast.max),
        project=cast.project,
        title="Oil it",
        assignee=cast.max,
        due_date=date(2031, 7, 1),
    )


def pass_time(**ago: float) -> None:
    """Whatever is planned comes due, and leaves or is skipped; so long ago."""
    due = list(Reminder.objects.planned().values_list("pk", flat=True))
    Reminder.objects.planned().update(fire_at=Now())
    queue_due_reminders()
    send_all()
    Reminder.objects.filter(pk__in=due).update(fire_at=Now() - timedelta(**ago))


def archive(cast: Cast) -> None:
    archive_project(actor=by(cast.lea), project=cast.project)


def unarchive(cast: Cast) -> None:
    unarchive_project(actor=by(cast.lea), project=cast.project)


def delete(cast: Cast) -> None:
    delete_project(actor=by(cast.ada), project=cast.project)


def restore(cast: Cast) -> None:
    restore_project(actor=by(cast.ada), project=cast.project)


def delete_all(cast: Cast) -> None:
    delete_workspace(actor=by(cast.ada), workspace=cast.workspace)


def restore_all(cast: Cast) -> None:
    restore_workspace(actor=by(cast.ada), workspace=cast.workspace)


def close_account(cast: Cast) -> None:
    change_access(actor=by(None), person=cast.max, is_active=False)


def open_account(cast: Cast) -> None:
    change_access(actor=by(None), person=cast.max, is_active=True)


@pytest.mark.parametrize(
    ("stop", "resume"),
    [
        (archive, unarchive),
        (delete, restore),
        (delete_all, restore_all),
        (close_account, open_account),
    ],
)
def test_missed_reminder_is_sent_once_it_can_be(
    cast: Cast, sink: Sink, stop: Step, resume: Step
) -> None:
    task_of_max(cast)
    stop(cast)
    pass_time(days=3)
    assert list(Delivery.objects.values_list("state", flat=True)) == [State.SKIPPED]

    for step in (resume, stop, resume):
        step(cast)
    queue_due_reminders()
    send_all()
    stop(cast)
    resume(cast)
    queue_due_reminders()
    send_all()

    assert sink.recipients == ["max@example.com"]


def test_reminder_of_a_project_taken_up_long_afterwards_is_left(cast: Cast, sink: Sink) -> None:
    task_of_max(cast)
    archive(cast)
    pass_time(days=31)

    unarchive(cast)

    assert not Reminder.objects.planned().exists()


def test_reminder_planned_meanwhile_is_not_planned_twice(cast: Cast, sink: Sink) -> None:
    task = task_of_max(cast)
    archive(cast)
    pass_time(days=1)
    Reminder.objects.create(
        workspace=cast.workspace,
        task=task,
        recipient=cast.max,
        due="2031-07-01",
        rev=2,
        fire_at=timezone.now(),
    )

    unarchive(cast)

    assert [row.rev for row in Reminder.objects.planned()] == [2]


def test_reminder_of_work_that_is_done_or_given_on_stays_away(cast: Cast, sink: Sink) -> None:
    done, given_on, moved = (task_of_max(cast) for _ in range(3))
    archive(cast)
    pass_time(days=1)
    Task.objects.filter(pk=done.pk).update(category="DONE")
    Task.objects.filter(pk=given_on.pk).update(assignee=cast.lea)
    Task.objects.filter(pk=moved.pk).update(due_date=date(2031, 7, 2))

    unarchive(cast)

    assert not Reminder.objects.planned().exists()


def test_missed_reminders_cost_the_same_for_one_as_for_many(cast: Cast, sink: Sink) -> None:
    costs = []
    for count in (1, 5):
        for _ in range(count):
            task_of_max(cast)
        archive(cast)
        pass_time(days=1)
        with CaptureQueriesContext(connection) as statements:
            unarchive(cast)
        costs.append(len(statements))
        assert Reminder.objects.planned().count() == count
        pass_time(days=1)

    assert costs[0] == costs[1]
