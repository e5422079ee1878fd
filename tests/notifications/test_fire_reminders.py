"""What a due reminder makes: a mail, a notification, both or neither; late ones, and very late."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.models import User
from accounts.services.people import change_access
from notifications.models import (
    LeadTime,
    MutedTask,
    Notification,
    NotificationKind,
    Reminder,
    ReminderChoice,
)
from notifications.services import queue_due_reminders
from notifications.services.channels import ONLY_INBOX, Channels
from notifications.services.due_dates import due_in_days
from notifications.services.due_reminders import AT_ONCE, has_more_due
from outbox import periodic
from outbox.models import Delivery, State
from projects.services.deletion import archive_project, unarchive_project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.sink import Sink, part

pytestmark = pytest.mark.django_db

NONE, ONLY_MAIL = Channels(inbox=False, mail=False), Channels(inbox=False, mail=True)


def due(cast: Cast, *lead_times: str, hour: time | None = None) -> Task:
    """A task of Max, who is reminded of it now."""
    defaults = {"lead_times": list(lead_times)}
    ReminderChoice.objects.update_or_create(
        workspace=cast.workspace, person=cast.max, defaults=defaults
    )
    made = create_task(
        actor=by(cast.max),
        project=cast.project,
        title="Oil it",
        assignee=cast.max,
        due_date=date(2031, 7, 8),
        due_time=hour,
    )
    Reminder.objects.planned().update(fire_at=Now())
    return made


def told_by_reminders() -> QuerySet[Notification]:
    return Notification.objects.filter(key__startswith="reminder:")


@pytest.fixture
def preferred(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the channels that everybody prefers."""

    def prefer(channels: Channels) -> None:
        defaults = dict.fromkeys(NotificationKind, channels)
        monkeypatch.setattr("notifications.services.channels.DEFAULTS", defaults)

    return prefer


@pytest.mark.parametrize(
    ("lead_time", "kind", "mail"),
    [
        ("WEEK", "DUE_SOON", "task_due_soon"),
        ("DAY", "DUE_SOON", "task_due_soon"),
        ("HOUR", "DUE_SOON", "task_due_soon"),
        ("ON_DAY", "DUE_TODAY", "task_due"),
        ("OVERDUE", "OVERDUE", "task_overdue"),
    ],
)
def test_a_due_reminder_is_told_by_both_channels(
    cast: Cast, lead_time: str, kind: str, mail: str
) -> None:
    task = due(cast, lead_time, hour=time(17))
    assert queue_due_reminders() == 1

    [reminder] = Reminder.objects.all()
    [delivery] = Delivery.objects.all()
    [told] = told_by_reminders()
    assert (reminder.state, reminder.in_inbox) == ("QUEUED", True)
    assert (delivery.kind, delivery.recipient_id) == (mail, cast.max.pk)
    assert (told.kind, told.key, told.recipient) == (kind, f"reminder:{reminder.pk}", cast.max)
    assert (told.task_id, told.project, told.in_inbox) == (task.pk, cast.project, True)
    assert told.facts == {"lead_time": lead_time, "due": "2031-07-08T17:00:00"}
    assert reminder.delivery_id == told.delivery_id == delivery.pk
    assert queue_due_reminders() == 0


@pytest.mark.parametrize(
    ("channels", "state", "reason", "made"),
    [
        (ONLY_INBOX, "QUEUED", "", (0, 1)),
        (ONLY_MAIL, "QUEUED", "", (1, 0)),
        (NONE, "SKIPPED", "the person wants none of this kind", (0, 0)),
    ],
)
def test_a_due_reminder_is_told_as_the_person_prefers(
    cast: Cast, preferred: Any, channels: Channels, state: str, reason: str, made: tuple[int, int]
) -> None:
    due(cast, "ON_DAY")
    preferred(channels)
    queue_due_reminders()

    [reminder] = Reminder.objects.all()
    assert (reminder.state, reminder.reason) == (state, reason)
    inbox = told_by_reminders().filter(in_inbox=True)
    assert (Delivery.objects.count(), inbox.count()) == made


def test_a_reminder_of_a_muted_task_is_skipped(cast: Cast) -> None:
    task = due(cast, "ON_DAY")
    MutedTask.objects.create(workspace=cast.workspace, task=task, person=cast.max)
    queue_due_reminders()

    assert Reminder.objects.get().reason == "the person muted the task"
    assert not Delivery.objects.exists()
    assert not told_by_reminders().exists()


def test_a_reminder_missed_by_a_day_is_skipped_and_a_younger_one_is_sent(
    cast: Cast, sink: Sink
) -> None:
    old, young = due(cast, "ON_DAY"), due(cast, "ON_DAY")
    Reminder.objects.filter(task=old).update(fire_at=Now() - timedelta(hours=24, minutes=1))
    Reminder.objects.filter(task=young).update(fire_at=Now() - timedelta(hours=23, minutes=59))
    assert queue_due_reminders() == 2
    send_all()

    missed = Reminder.objects.get(task=old)
    assert (missed.state, missed.delivery_id, missed.in_inbox) == ("SKIPPED", None, False)
    assert missed.reason == "it was due more than 24 hours before it could be sent"
    assert Reminder.objects.get(task=young).state == "QUEUED"
    assert sink.recipients == ["max@example.com"]
    assert told_by_reminders().get().task_id == young.pk


def test_a_reminder_in_the_inbox_only_waits_for_an_archived_project(
    cast: Cast, preferred: Any
) -> None:
    due(cast, "ON_DAY")
    preferred(ONLY_INBOX)
    archive_project(actor=by(cast.lea), project=cast.project)
    queue_due_reminders()
    assert Reminder.objects.get().reason == "the project is archived"
    assert not told_by_reminders().exists()

    unarchive_project(actor=by(cast.lea), project=cast.project)
    queue_due_reminders()
    assert told_by_reminders().get().kind == "DUE_TODAY"


def test_nobody_is_told_in_the_inbox_of_a_closed_account(cast: Cast) -> None:
    """The composer of the mail finds out by itself, and says why it is not sent."""
    due(cast, "ON_DAY")
    change_access(actor=by(None), person=cast.max, is_active=False)
    queue_due_reminders()
    send_all()

    assert not told_by_reminders().exists()
    assert Delivery.objects.get().reason == "the account is closed"


def test_the_relay_looks_again_at_once_while_more_may_be_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found, looks = [AT_ONCE, AT_ONCE, 3], []

    def look() -> bool:
        looks.append(found.pop(0))
        return has_more_due(looks[-1])

    monkeypatch.setattr(periodic, "_scans", [periodic.Scan(look, every=60)])
    assert [periodic.run_due() for _ in range(4)] == [True, True, False, False]
    assert looks == [AT_ONCE, AT_ONCE, 3]


@pytest.mark.parametrize(
    ("day", "hour", "now", "words"),
    [
        (date(2031, 7, 8), None, datetime(2031, 7, 1, 7, tzinfo=UTC), "in a week"),
        (date(2031, 7, 8), None, datetime(2031, 7, 2, 3, tzinfo=UTC), "in 6 days"),
        (date(2031, 7, 8), None, datetime(2031, 7, 7, 7, tzinfo=UTC), "tomorrow"),
        (date(2031, 7, 8), None, datetime(2031, 7, 8, 7, tzinfo=UTC), "today"),
        (date(2031, 7, 8), None, datetime(2031, 7, 9, 7, tzinfo=UTC), ""),
        (date(2031, 7, 8), time(17), datetime(2031, 7, 8, 14, tzinfo=UTC), "in an hour"),
        (date(2031, 7, 8), time(17), datetime(2031, 7, 8, 14, 40, tzinfo=UTC), "in 20 minutes"),
        (date(2031, 7, 8), time(17), datetime(2031, 7, 8, 16, tzinfo=UTC), ""),
        (date(2031, 7, 8), time(0), datetime(2031, 7, 6, 23, tzinfo=UTC), "tomorrow"),
    ],
)
def test_a_mail_says_how_soon_by_the_recipients_clock(
    day: date, hour: time | None, now: datetime, words: str
) -> None:
    berlin = User(time_zone="Europe/Berlin")
    assert ZoneInfo(berlin.time_zone).utcoffset(now) == timedelta(hours=2)
    task = Task(due_date=day, due_time=hour)
    task.due_set_by = berlin
    assert due_in_days(task, berlin, now) == words


def test_a_mail_says_that_a_task_is_due_soon_or_overdue(cast: Cast, sink: Sink) -> None:
    for lead_time in (LeadTime.DAY, LeadTime.OVERDUE):
        task = due(cast, lead_time)
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
        Task.objects.filter(pk=task.pk).update(due_date=tomorrow)
        queue_due_reminders()
        Delivery.objects.filter(payload__task=str(task.pk)).update(
            payload={"task": str(task.pk), "due": tomorrow.isoformat()}
        )
    assert [row.state for row in send_all()] == [State.SENT, State.SENT]

    key = cast.project.key
    assert sorted(str(mail["Subject"]) for mail in sink.mails) == [
        f"Due tomorrow: Oil it ({key}-1)",
        f"Overdue: Oil it ({key}-2)",
    ]
    lines = {part(mail, "plain").splitlines()[0] for mail in sink.mails}
    assert lines == {"This task is due tomorrow.", "This task is overdue."}
