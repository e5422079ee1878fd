"""Which mails tell what is new: the first at once, what follows together, or a digest."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.models import Digest, MailBatch, MutedTask, Notification, Preference
from notifications.services.mail_plans import plan_mails
from notifications.services.news import NOTHING_LEFT
from outbox.models import Delivery, State
from outbox.services import sweep
from projects.services.members import remove_project_member
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.notifications.telling_news import news, pass_time, schedule, tell, tell_by_mail
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.sink import Sink, part

pytestmark = pytest.mark.django_db
MINUTES = {"minutes": 6}


@pytest.fixture
def tasks(cast: Cast) -> list[Task]:
    for kind in ("STATUS_CHANGED", "UNASSIGNED"):
        for person in (cast.max, cast.pia):
            Preference.objects.create(
                workspace=cast.workspace, person=person, kind=kind, in_inbox=True, by_mail=True
            )
    return [
        create_task(actor=by(cast.lea), project=cast.project, title=title)
        for title in ("Oil", "Grind", "Polish")
    ]


def told_in(sink: Sink) -> list[int]:
    """How many things each mail told of."""
    return [part(mail, "plain").count(" moved ") for mail in sink.mails]


def test_the_first_goes_at_once_and_what_follows_together(
    cast: Cast, tasks: list[Task], sink: Sink
) -> None:
    tell(cast.max, tasks[0])
    send_all()
    assert told_in(sink) == [1]
    for _ in range(3):
        tell(cast.max, tasks[0])
        send_all()
    assert told_in(sink) == [1]
    pass_time(**MINUTES)
    send_all()
    assert told_in(sink) == [1, 3]
    assert {mail["Subject"] for mail in sink.mails} == {f"Oil ({tasks[0].spoken_key})"}


def test_the_five_minutes_begin_with_the_last_mail(
    cast: Cast, tasks: list[Task], sink: Sink
) -> None:
    for expected in ([1], [1], [1, 1], [1, 1], [1, 1, 1]):
        if len(expected) > len(sink.mails) and sink.mails:
            pass_time(**MINUTES)
        else:
            tell(cast.max, tasks[0])
        send_all()
        assert told_in(sink) == expected
    pass_time(minutes=20)
    tell(cast.max, tasks[0])
    send_all()
    assert told_in(sink) == [1, 1, 1, 1]


def test_each_task_and_each_person_has_mails_of_their_own(
    cast: Cast, tasks: list[Task], sink: Sink
) -> None:
    tell_by_mail(*(news(who, task) for who in (cast.max, cast.pia) for task in tasks))
    send_all()
    assert told_in(sink) == [1] * 6
    assert MailBatch.objects.count() == 6


def test_it_waits_for_the_end_of_quiet_hours(cast: Cast, tasks: list[Task], sink: Sink) -> None:
    now = timezone.now()
    begin, end = now - timedelta(hours=1), now + timedelta(hours=2)
    schedule(cast.max, quiet_from=begin.time(), quiet_until=end.time())
    tell(cast.max, tasks[0])
    tell(cast.max, tasks[0])
    send_all()
    assert not sink.mails
    assert Delivery.objects.get().next_at == end
    pass_time(hours=2)
    send_all()
    assert told_in(sink) == [2]


def test_a_digest_tells_everything_of_a_workspace(
    cast: Cast, tasks: list[Task], sink: Sink
) -> None:
    cast.max.time_zone = "Asia/Tokyo"
    cast.max.save()
    schedule(cast.max, digest=Digest.DAILY, digest_at=time(8))
    for task in (*tasks, tasks[0]):
        tell(cast.max, task)
    tell(cast.pia, tasks[0])
    send_all()
    assert sink.recipients == ["pia@example.com"]
    digest = Delivery.objects.get(kind="digest")
    here = digest.next_at.astimezone(ZoneInfo("Asia/Tokyo"))
    assert (here.hour, here.minute) == (8, 0)
    key = f"digest:{cast.workspace.pk}:{cast.max.pk}:{here.isoformat()}:email"
    assert digest.dedupe_key == key
    pass_time(days=1)
    send_all()
    assert told_in(sink) == [1, 4]
    assert sink.mails[-1]["Subject"] == "What is new in Analytical Engines"


def test_a_weekly_digest_is_not_given_up_after_three_days(
    cast: Cast, tasks: list[Task], sink: Sink
) -> None:
    yesterday = (datetime.now(UTC).weekday() - 1) % 7
    schedule(cast.max, digest=Digest.WEEKLY, digest_at=time(8), digest_weekday=yesterday)
    tell(cast.max, tasks[0])
    digest = Delivery.objects.get()
    assert digest.queued_at == digest.next_at > timezone.now() + timedelta(days=4)
    Delivery.objects.update(
        created_at=timezone.now() - timedelta(days=5),
        queued_at=timezone.now() - timedelta(hours=1),
        next_at=timezone.now(),
    )
    sweep()
    send_all()
    assert told_in(sink) == [1]


def test_what_was_read_meanwhile_is_left_out(cast: Cast, tasks: list[Task], sink: Sink) -> None:
    tell(cast.max, tasks[0])
    send_all()
    first, *_ = tell(cast.max, tasks[0])
    tell(cast.max, tasks[0])
    Notification.objects.filter(pk=first.pk).update(read_at=timezone.now())
    pass_time(**MINUTES)
    send_all()
    assert told_in(sink) == [1, 1]
    tell(cast.max, tasks[0])
    Notification.objects.update(read_at=timezone.now())
    pass_time(**MINUTES)
    [skipped] = send_all()
    assert (skipped.state, skipped.reason) == (State.SKIPPED, NOTHING_LEFT)
    assert len(sink.mails) == 2


@pytest.mark.parametrize("change", ["off", "muted", "left", "task", "closed"])
def test_it_is_checked_again_before_it_goes(
    cast: Cast, tasks: list[Task], sink: Sink, change: str
) -> None:
    tell(cast.max, tasks[0])
    match change:
        case "off":
            Preference.objects.update(by_mail=False)
        case "muted":
            MutedTask.objects.create(workspace=cast.workspace, person=cast.max, task=tasks[0])
        case "left":
            cast.project.visibility = "PRIVATE"
            cast.project.save()
            remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)
        case "task":
            Task.objects.update(deleted_at=timezone.now())
        case "closed":
            cast.max.is_active = False
            cast.max.save()
    sent = send_all()
    assert {delivery.state for delivery in sent if delivery.kind == "news"} == {State.SKIPPED}
    assert not sink.mails


def test_kinds_with_mails_of_their_own_are_left_to_them(cast: Cast, tasks: list[Task]) -> None:
    told = [news(cast.max, tasks[0], kind) for kind in ("ASSIGNED", "DUE_TODAY", "INVITED")]
    with CaptureQueriesContext(connection) as queries:
        plan_mails(told)
    assert not queries.captured_queries
    assert {each.delivery_id for each in told} == {None}


def test_many_cost_as_many_statements_as_one(cast: Cast, tasks: list[Task]) -> None:
    counts = []
    for some in (tasks[:1], tasks, tasks):
        with CaptureQueriesContext(connection) as queries:
            plan_mails([news(who, task) for who in (cast.max, cast.pia) for task in some])
        counts.append(len(queries))
    assert counts == [4, 5, 3]
