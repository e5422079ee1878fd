"""When mail may come: one's own quiet hours and digest, over HTTP."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models.functions import Now

from notifications.models import Digest, MailSchedule, Reminder
from notifications.services import queue_due_reminders
from notifications.services.mail_plans import hold_in_quiet_hours
from outbox.models import Delivery
from outbox.services import enqueue_all
from tasks.services.tasks import create_task
from tests.notifications.telling_news import schedule
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of

pytestmark = pytest.mark.django_db
PATH = "/api/notifications/schedule"
DEFAULT = {
    "quiet_from": None,
    "quiet_until": None,
    "digest": "OFF",
    "digest_at": "08:00:00",
    "digest_weekday": "MONDAY",
    "time_zone": "UTC",
}


@pytest.fixture
def max_(cast: Cast) -> Client:
    return client_of(cast.max)


def test_without_a_schedule_mail_comes_at_once(max_: Client) -> None:
    assert max_.ask("GET", PATH)["data"] == DEFAULT


def test_change_and_reset(cast: Cast, max_: Client) -> None:
    quiet = {"quietFrom": "22:00", "quiet_until": "07:30"}
    digest = {"digest": "weekly", "digest_at": "18:15", "digestWeekday": "friday"}
    chosen = max_.ask("PATCH", PATH, quiet | digest)["data"]
    assert chosen == {
        "quiet_from": "22:00:00",
        "quiet_until": "07:30:00",
        "digest": "WEEKLY",
        "digest_at": "18:15:00",
        "digest_weekday": "FRIDAY",
        "time_zone": "UTC",
    }
    assert max_.ask("GET", PATH)["data"] == chosen
    kept = max_.ask("PATCH", PATH, {"digest": None, "digest_at": ""})["data"]
    assert kept == chosen | {"digest": "OFF", "digest_at": "08:00:00"}
    no_more = max_.ask("PATCH", PATH, {"quiet_from": None, "quiet_until": None})["data"]
    assert (no_more["quiet_from"], no_more["quiet_until"]) == (None, None)
    assert client_of(cast.pia).ask("GET", PATH)["data"] == DEFAULT
    assert MailSchedule.objects.get().person == cast.max


@pytest.mark.parametrize(
    "wrong",
    [
        {"quiet_from": "22:00"},
        {"quiet_until": "22:00"},
        {"quiet_from": "22:00", "quiet_until": "22:00"},
        {"quiet_from": "25:00", "quiet_until": "22:00"},
        {"quiet_from": "22:00+02:00", "quiet_until": "07:00"},
        {"digest": "hourly"},
        {"digest_weekday": 7},
        {"digest_weekday": "Freitag"},
        {"digest_at": []},
    ],
)
def test_bad_values_change_nothing(max_: Client, wrong: Any) -> None:
    answer = max_.ask("PATCH", PATH, {"digest": "DAILY", **wrong}, status=400)
    assert answer["errors"]
    assert not MailSchedule.objects.exists()


def test_one_end_of_quiet_hours_can_be_changed_but_not_taken_away(max_: Client) -> None:
    max_.ask("PATCH", PATH, {"quiet_from": "22:00", "quiet_until": "07:00"})
    assert max_.ask("PATCH", PATH, {"quiet_from": "21:00"})["data"]["quiet_from"] == "21:00:00"
    max_.ask("PATCH", PATH, {"quiet_from": None}, status=400)
    max_.ask("PATCH", PATH, {"quiet_until": "21:00"}, status=400)


def test_a_stranger_has_no_schedule() -> None:
    client_of(None).ask("GET", PATH, status=401)
    client_of(None).ask("PATCH", PATH, {"digest": "DAILY"}, status=401)


def test_reminders_wait_for_the_end_of_quiet_hours_but_for_no_digest(cast: Cast) -> None:
    schedule(cast.max, quiet_from="00:00", quiet_until="23:59:59", digest=Digest.WEEKLY)
    mails = [
        (
            kind,
            Delivery(recipient_id=person.pk, channel="email", kind=kind, dedupe_key=f"{kind}{n}"),
        )
        for kind in ("DUE_TODAY", "ASSIGNED")
        for n, person in enumerate((cast.max, cast.pia))
    ]
    hold_in_quiet_hours(mails)
    enqueue_all(deliveries=[delivery for _, delivery in mails])
    held, *others = [delivery for _, delivery in mails]
    assert (held.next_at.hour, held.next_at.minute, held.next_at.second) == (23, 59, 59)
    assert held.queued_at == held.next_at
    assert all(each.next_at < held.next_at for each in others)


def test_a_reminder_that_is_due_in_quiet_hours_goes_when_they_end(cast: Cast) -> None:
    schedule(cast.max, quiet_from="00:00", quiet_until="23:59:59")
    create_task(
        actor=by(cast.lea),
        project=cast.project,
        title="Oil",
        assignee=cast.max,
        due_date=date(2031, 5, 31),
    )
    Reminder.objects.update(fire_at=Now() - timedelta(minutes=1))
    assert queue_due_reminders() == 1
    reminder = Delivery.objects.get(kind="task_due")
    assert (reminder.next_at.hour, reminder.next_at.second) == (23, 59)
    assert Delivery.objects.get(kind="task_assigned").next_at < reminder.next_at
