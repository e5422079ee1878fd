"""The scan that moves due reminders into the outbox."""

from datetime import UTC, date, datetime, timedelta

import pytest

from notifications.models import Reminder
from notifications.services import queue_due_reminders
from outbox.models import Delivery
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.factories import TaskFactory
from tests.support.threads import times


def planned(cast: Cast, *, fire_at: datetime, rev: int = 1) -> Reminder:
    task = TaskFactory.create(
        project=cast.project, number=1000 + rev, assignee=cast.max, due_date=date(2031, 7, 1)
    )
    return Reminder.objects.create(
        workspace=cast.workspace,
        task=task,
        recipient=cast.max,
        due="2031-07-01",
        fire_at=fire_at,
        rev=rev,
    )


def ago(**span: float) -> datetime:
    return datetime.now(UTC) - timedelta(**span)


@pytest.mark.django_db
def test_queue_due_reminders_takes_what_is_due(cast: Cast) -> None:
    due = planned(cast, fire_at=ago(minutes=1))
    later = planned(cast, fire_at=ago(minutes=-10), rev=2)

    assert queue_due_reminders() == 1

    states = dict(Reminder.objects.values_list("pk", "state"))
    assert states == {due.pk: "QUEUED", later.pk: "PLANNED"}
    row = Delivery.objects.get()
    assert row.dedupe_key == f"task.due:{due.task_id}:1:{cast.max.pk}:email"
    assert row.payload == {
        "task": str(due.task_id),
        "reminder": str(due.pk),
        "due": "2031-07-01",
    }


@pytest.mark.django_db
def test_queue_due_reminders_twice_has_one_effect(cast: Cast) -> None:
    planned(cast, fire_at=ago(minutes=1))

    assert [queue_due_reminders(), queue_due_reminders()] == [1, 0]

    assert Delivery.objects.count() == 1


@pytest.mark.django_db
def test_queue_due_reminders_leaves_the_cancelled(cast: Cast) -> None:
    planned(cast, fire_at=ago(minutes=1))
    Reminder.objects.update(state=Reminder.State.CANCELLED)

    assert queue_due_reminders() == 0
    assert not Delivery.objects.exists()


def test_queue_due_reminders_by_eight_at_once_queues_each_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    for rev in range(60):
        planned(cast, fire_at=ago(seconds=rev), rev=rev)

    counts = times(8, lambda _: queue_due_reminders())

    assert sum(counts) == 60
    assert Delivery.objects.count() == 60
    assert not Reminder.objects.planned().exists()
