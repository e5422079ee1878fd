"""Mails are collected by many workers at once, and by workers that die."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from notifications.services.collecting import collect
from outbox.models import Delivery, State
from outbox.services import Claim, claim_due, deliver
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.notifications.test_collect_assignments import (
    MOST,
    each_once,
    given,
    the_minute_is_over,
    told,
)
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase
from tests.support.sink import Sink
from tests.support.threads import at_once, times

AT_ONCE = 10


def send_at_once(claims: list[Claim]) -> None:
    """With so many workers, each of which sends several."""

    def send(n: int) -> None:
        for claim in claims[n::AT_ONCE]:
            deliver(delivery_id=claim.delivery_id, claim=claim.claim)

    times(AT_ONCE, send)


def test_many_workers_at_once_send_twenty(
    committed_db: CommittedDatabase, cast: Cast, sink: Sink
) -> None:
    tasks = given(cast, 60)
    for _ in range(2):
        send_at_once(claim_due(limit=100))
    assert len(sink.mails) == MOST
    the_minute_is_over()
    send_all()
    assert (len(sink.mails), told(sink)) == (MOST + 1, each_once(tasks))


def test_a_mail_that_is_claimed_takes_no_more(
    committed_db: CommittedDatabase, cast: Cast, sink: Sink
) -> None:
    """It is sent while others are collected: each task is told by one of the two mails."""
    tasks = given(cast, MOST + 10)
    send_all()
    tasks += given(cast, 10)
    Delivery.objects.filter(state=State.PENDING).update(next_at=Now())
    send_at_once(claim_due(limit=100))
    the_minute_is_over()
    send_all()
    assert (len(sink.mails), told(sink)) == (MOST + 2, each_once(tasks))


def test_a_mail_that_is_taking_a_task_is_not_claimed(
    committed_db: CommittedDatabase, cast: Cast, sink: Sink
) -> None:
    """Or it would be sent without the task, which is skipped because of it."""
    given(cast, MOST + 1)
    send_all()
    given(cast, 1)
    Delivery.objects.filter(kind="more_tasks_assigned").update(next_at=Now())
    with transaction.atomic():
        skip = collect(Delivery.objects.get(kind="task_assigned", state=State.PENDING))
        [claims] = at_once(lambda: claim_due(limit=100))
        kinds = Delivery.objects.filter(pk__in=[claim.delivery_id for claim in claims])
        assert [each.kind for each in kinds] == ["task_assigned"]
    assert skip is not None
    assert [each.place for each in claim_due(limit=100)] == [2]


def test_a_worker_that_dies_while_it_collects_loses_nothing(
    committed_db: CommittedDatabase, cast: Cast, sink: Sink
) -> None:
    tasks = given(cast, MOST + 3)

    def die(execute: Any, statement: str, params: Any, *rest: Any) -> Any:
        """When the mail that tells of the task is enqueued, and the task's own not skipped yet."""
        if State.SKIPPED in (params or ()) and statement.startswith("UPDATE"):
            raise KeyboardInterrupt
        return execute(statement, params, *rest)

    claims = claim_due(limit=100)
    with connection.execute_wrapper(die):
        for claim in claims[:MOST]:
            deliver(delivery_id=claim.delivery_id, claim=claim.claim)
        for claim in claims[MOST:]:
            with pytest.raises(KeyboardInterrupt):
                deliver(delivery_id=claim.delivery_id, claim=claim.claim)
    assert not Delivery.objects.filter(kind="more_tasks_assigned").exists()
    Delivery.objects.filter(state=State.SENDING).update(next_at=Now())  # their leases are over
    send_all()
    the_minute_is_over()
    send_all()
    assert (len(sink.mails), told(sink)) == (MOST + 1, each_once(tasks))


def test_people_assign_while_others_do(committed_db: CommittedDatabase, cast: Cast) -> None:
    makers = [cast.lea, cast.ada, cast.pia] * 4

    def make(n: int) -> None:
        new: dict[str, Any] = {"project": cast.project, "title": "Oil", "assignee": cast.max}
        create_task(actor=by(makers[n]), **new)

    times(len(makers), make)
    assert Delivery.objects.filter(kind="task_assigned").count() == len(makers)
