"""News are told while others are, and while the mail is composed: each once, and none is lost."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from notifications.models import Digest, MailBatch, Notification, NotificationKind, Preference
from notifications.services.mail_plans import plan_mails
from outbox.models import Delivery, State
from outbox.services import claim_due, deliver
from tasks.models import Task
from tests.notifications.mailing import send_all
from tests.notifications.telling_news import news, pass_time, schedule, tell, tell_by_mail
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.factories import TaskFactory
from tests.support.sink import Sink, part
from tests.support.threads import at_once, times

MANY = 8


@pytest.fixture
def task(committed_db: CommittedDatabase, cast: Cast) -> Task:
    for person in (cast.max, cast.pia):
        Preference.objects.create(
            workspace=cast.workspace,
            person=person,
            kind=NotificationKind.STATUS_CHANGED,
            in_inbox=True,
            by_mail=True,
        )
    return TaskFactory.create(project=cast.project, created_by=cast.lea)


def say(person: Any, task: Task, n: int) -> Notification:
    [told] = tell_by_mail(news(person, task, facts={"old": "A", "new": f"<{n}>"}))
    return told


def told(sink: Sink) -> list[str]:
    """What all mails told, each as often as it was told."""
    lines = [line for mail in sink.mails for line in part(mail, "plain").splitlines()]
    return sorted(line.rpartition("to ")[2] for line in lines if " moved " in line)


def each_once(*numbers: int) -> list[str]:
    return sorted(f"<{n}>." for n in numbers)


def test_many_at_once_open_one_mail(task: Task, cast: Cast, sink: Sink) -> None:
    found = times(MANY, lambda n: say(cast.max, task, n))
    assert len({each.delivery_id for each in found}) == 1
    assert Delivery.objects.count() == 1
    send_all()
    assert (len(sink.mails), told(sink)) == (1, each_once(*range(MANY)))


def test_many_at_once_replace_the_last_mail_by_one(task: Task, cast: Cast, sink: Sink) -> None:
    say(cast.max, task, 100)
    send_all()
    times(MANY, lambda n: say(cast.max, task, n))
    assert Delivery.objects.count() == 2
    pass_time(minutes=6)
    send_all()
    assert (len(sink.mails), told(sink)) == (2, each_once(100, *range(MANY)))


def test_many_at_once_share_one_digest(task: Task, cast: Cast, sink: Sink) -> None:
    schedule(cast.max, digest=Digest.DAILY)
    times(MANY, lambda n: say(cast.max, task, n))
    assert Delivery.objects.count() == 1
    pass_time(days=1)
    send_all()
    assert (len(sink.mails), told(sink)) == (1, each_once(*range(MANY)))


def test_who_joins_a_mail_waits_for_nobody_and_keeps_it_from_being_claimed(
    task: Task, cast: Cast
) -> None:
    say(cast.max, task, 0)
    with transaction.atomic():
        first = news(cast.max, task)
        plan_mails([first])
        at_once(lambda: say(cast.max, task, 1))
        assert at_once(lambda: claim_due(limit=9)) == [[]]
    assert Delivery.objects.count() == 1
    assert len(claim_due(limit=9)) == 1


@pytest.mark.parametrize("digest", [Digest.OFF, Digest.DAILY])
def test_a_mail_that_is_claimed_takes_no_more(
    task: Task, cast: Cast, sink: Sink, digest: str
) -> None:
    schedule(cast.max, digest=digest)
    first = say(cast.max, task, 0)
    Delivery.objects.update(next_at=Now())
    [claim] = claim_due(limit=9)
    second = say(cast.max, task, 1)
    assert first.delivery_id != second.delivery_id
    deliver(delivery_id=claim.delivery_id, claim=claim.claim)
    assert told(sink) == each_once(0)
    pass_time(days=3)
    send_all()
    assert (len(sink.mails), told(sink)) == (2, each_once(0, 1))


@pytest.mark.parametrize("digest", [Digest.OFF, Digest.DAILY])
def test_telling_while_mails_are_sent_loses_and_doubles_nothing(
    task: Task, cast: Cast, sink: Sink, digest: str
) -> None:
    schedule(cast.max, digest=digest)
    rounds = 6

    def work(n: int) -> None:
        for turn in range(rounds):
            if n < MANY // 2:
                say(cast.max, task, n * rounds + turn)
            else:
                due = Delivery.objects.filter(state=State.PENDING)
                due.filter(attempts=0).update(next_at=Now())
                send_all()

    times(MANY, work)
    for _ in range(4):
        pass_time(days=1)
        send_all()
    assert told(sink) == each_once(*range(MANY // 2 * rounds))


def test_a_composer_that_fails_once_composes_the_same_set(
    task: Task, cast: Cast, sink: Sink
) -> None:
    say(cast.max, task, 0)
    broken = {"count": 1}

    def fail(execute: Any, statement: str, params: Any, *rest: Any) -> Any:
        if "notifications_notification" in statement and broken["count"]:
            broken["count"] -= 1
            raise ConnectionError
        return execute(statement, params, *rest)

    with connection.execute_wrapper(fail):
        [failed] = send_all()
    assert (failed.state, failed.attempts, len(sink.mails)) == (State.PENDING, 1, 0)
    later = say(cast.max, task, 1)
    assert later.delivery_id != failed.pk
    Delivery.objects.update(next_at=Now())
    send_all()
    assert (len(sink.mails), told(sink)) == (2, each_once(0, 1))


def test_a_sender_that_dies_leaves_the_mail_as_it_is(task: Task, cast: Cast, sink: Sink) -> None:
    say(cast.max, task, 0)

    def die(execute: Any, statement: str, params: Any, *rest: Any) -> Any:
        if "outbox_mailcontent" in statement:
            raise KeyboardInterrupt
        return execute(statement, params, *rest)

    [claim] = claim_due(limit=9)
    with connection.execute_wrapper(die), pytest.raises(KeyboardInterrupt):
        deliver(delivery_id=claim.delivery_id, claim=claim.claim)
    say(cast.max, task, 1)
    Delivery.objects.update(next_at=Now())  # its lease is over
    send_all()
    assert (len(sink.mails), told(sink)) == (2, each_once(0, 1))


def test_two_who_tell_the_same_people_in_other_orders_do_not_block_each_other(
    task: Task, cast: Cast
) -> None:
    other = TaskFactory.create(project=cast.project, created_by=cast.lea)
    pairs = [(who, what) for who in (cast.max, cast.pia) for what in (task, other)]

    def work(n: int) -> None:
        for _ in range(10):
            tell_by_mail(*(news(who, what) for who, what in (pairs if n % 2 else pairs[::-1])))
            MailBatch.objects.filter(person=cast.max).update(goes_at=F("goes_at"))

    times(4, work)
    assert Notification.objects.filter(task__in=[task, other]).count() == 4 * 10 * 4
    assert MailBatch.objects.filter(about_id__in=[task.pk, other.pk]).count() == 4
    assert tell(cast.max, task)[0].delivery_id
