"""Many rows written with one statement: what is read back is what was written."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.batches import insert_all
from core.queries import FEW
from notifications.models import Notification
from outbox.models import Delivery
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db

NAMES = ("", "O'Brien", "ü€🎉", '"quoted" \\u0041 \\', "a,b\n{c}")


def delivery(cast: Cast, number: int) -> Delivery:
    return Delivery(
        channel="email",
        kind="note",
        recipient_id=cast.max.pk,
        workspace_id=cast.workspace.pk if number % 2 else None,
        dedupe_key=f"{number}",
        payload={"name": NAMES[number % len(NAMES)], "more": [1, None, {"a": True}]},
    )


@pytest.mark.parametrize("count", [1, FEW, FEW + 1, 1500])
def test_insert_all_writes_what_it_is_given(cast: Cast, count: int) -> None:
    rows = [delivery(cast, number) for number in range(count)]

    with CaptureQueriesContext(connection) as statements:
        insert_all(rows)

    assert len(statements) == 1
    facts = ("pk", "workspace_id", "payload", "state", "claim", "attempts")
    written = dict(Delivery.objects.values_list("dedupe_key", "pk"))
    assert written == {row.dedupe_key: row.pk for row in rows}
    for row in Delivery.objects.filter(pk__in=[row.pk for row in rows[:50]]):
        before = rows[int(row.dedupe_key)]
        assert [getattr(row, name) for name in facts] == [getattr(before, name) for name in facts]
        assert row.queued_at


def test_insert_all_may_ignore_conflicts(cast: Cast) -> None:
    insert_all([delivery(cast, number) for number in range(FEW + 5)])
    again = [delivery(cast, number) for number in range(FEW + 10)]

    insert_all(again, ignore_conflicts=True)

    assert Delivery.objects.count() == FEW + 10


def test_insert_all_of_nothing_and_of_expressions(cast: Cast) -> None:
    insert_all([])
    rows = [delivery(cast, number) for number in range(FEW + 5)]
    rows[3].next_at = Now() + timedelta(hours=1)
    for row in rows:
        row.next_at = row.next_at if row is rows[3] else timezone.now()

    insert_all(rows)

    assert Delivery.objects.count() == FEW + 5


def test_insert_all_keeps_times_and_nulls(cast: Cast) -> None:
    now = timezone.now()
    rows = [
        Notification(
            recipient=cast.max,
            kind="OVERDUE",
            key=str(uuid4()),
            facts={"due": NAMES[number % len(NAMES)]},
            read_at=now if number % 2 else None,
        )
        for number in range(FEW + 1)
    ]

    insert_all(rows)

    kept_rows = Notification.objects.filter(kind="OVERDUE")
    kept = {row.pk: (row.read_at, row.facts, row.task_id) for row in kept_rows}
    assert kept == {row.pk: (row.read_at, row.facts, None) for row in rows}
