"""Whose mail goes first: account mail, then one workspace after the other."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models.functions import Now

from core.context import as_system
from outbox.broker import ACCOUNT, BULK, MOST_PROMPT, PROMPT, priority
from outbox.mail import EMAIL
from outbox.models import Delivery, State
from outbox.services import claim_due, enqueue_all
from outbox.services.queue import CLAIM, MOST_FOR_ONE
from tests.support.databases import CommittedDatabase
from tests.support.threads import times

FLOOD = 5000
MANY = """
    INSERT INTO outbox_delivery (id, created_at, channel, kind, recipient_id, dedupe_key, payload,
        state, attempts, generation, can_wait, next_at, reason, request_id, workspace_id)
    SELECT gen_random_uuid(), now(), 'email', 'note', gen_random_uuid(), gen_random_uuid(), '{}',
        %(state)s, 0, 0, n %% 2 = 0, now() - n * interval '1 second', '', '',
        md5((n %% %(busy)s)::text)::uuid
    FROM generate_series(1, %(count)s) n
"""
"""So many notes of so many workspaces."""


def put(count: int, workspace: UUID | None, kind: str = "note") -> list[UUID]:
    """So many notes of one workspace, or of an account."""
    rows = [
        Delivery(
            channel=EMAIL,
            kind=kind,
            recipient_id=uuid4(),
            dedupe_key=str(uuid4()),
            workspace_id=workspace,
            next_at=Now() - timedelta(seconds=count - number),
        )
        for number in range(count)
    ]
    with transaction.atomic():
        enqueue_all(deliveries=rows)
    return [row.pk for row in rows]


@pytest.mark.django_db
def test_claim_due_takes_account_mail_first() -> None:
    put(20, uuid4())
    account = put(2, None)

    assert [claim.delivery_id for claim in claim_due(limit=3)][:2] == account


@pytest.mark.django_db
def test_what_can_wait_comes_last_in_its_workspace_and_takes_turns_with_others() -> None:
    one, other = uuid4(), uuid4()
    put(100, one, kind="patient note")
    [prompt] = put(1, one)
    put(3, other)

    claimed = [claim.delivery_id for claim in claim_due(limit=6)]

    assert claimed.index(prompt) < 2
    rows = Delivery.objects.in_bulk(claimed)
    assert sum(row.can_wait for row in rows.values()) == 2
    assert {row.can_wait for row in rows.values() if row.kind == "note"} == {False}


@pytest.mark.django_db
def test_claim_due_lets_workspaces_take_turns() -> None:
    flood, others = uuid4(), [uuid4() for _ in range(5)]
    put(40, flood)
    late = {pk for workspace in others for pk in put(1, workspace)}

    claims = claim_due(limit=6)

    assert late < {claim.delivery_id for claim in claims}
    assert {claim.place for claim in claims} == {1}


@pytest.mark.django_db
def test_claim_due_counts_what_a_workspace_has_out() -> None:
    flood, other = uuid4(), uuid4()
    put(40, flood)
    assert len(claim_due(limit=10)) == 10
    [late] = put(1, other)

    assert claim_due(limit=1)[0].delivery_id == late


@pytest.mark.django_db
def test_claim_due_leaves_room_for_others() -> None:
    put(MOST_FOR_ONE + 20, uuid4())
    assert len(claim_due(limit=100)) == MOST_FOR_ONE
    assert claim_due(limit=100) == []

    put(3, uuid4())
    put(2, None)

    assert len(claim_due(limit=100)) == 5


@pytest.mark.django_db
def test_claim_due_has_room_for_account_mail_when_all_else_is_out() -> None:
    for _ in range(3):
        put(5, uuid4())
    assert len(claim_due(limit=10, in_flight=6)) == 6
    put(1, None)

    assert [claim.place for claim in claim_due(limit=10, in_flight=6)] == [0]


@pytest.mark.django_db
def test_claim_due_keeps_order_within_a_workspace() -> None:
    queued = put(8, uuid4())

    assert [claim.delivery_id for claim in claim_due(limit=5)] == queued[:5]


@pytest.mark.django_db
def test_priority_lets_a_flood_wait_behind_everybody() -> None:
    put(10, uuid4())
    put(1, None)

    waiting = [priority(claim) for claim in claim_due(limit=50)]

    assert waiting == [ACCOUNT] + [PROMPT] * MOST_PROMPT + [BULK] * (10 - MOST_PROMPT)


def test_claim_due_gives_each_row_of_many_workspaces_to_one(
    committed_db: CommittedDatabase,
) -> None:
    rows = {pk for _ in range(10) for pk in put(6, uuid4())} | set(put(6, None))

    got = times(8, lambda _: [row for _ in range(16) for row in claim_due(limit=5)])
    claims = [claim.delivery_id for share in got for claim in share]

    assert len(claims) == len(set(claims))
    assert {*claims, *(claim.delivery_id for claim in claim_due(limit=100))} == rows


@pytest.mark.parametrize("busy", [1, 300])
def test_claim_due_reads_the_index_only(committed_db: CommittedDatabase, busy: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MANY, {"state": State.PENDING, "busy": busy, "count": FLOOD})
        cursor.execute(MANY, {"state": State.SENT, "busy": 1, "count": 2 * FLOOD})
    with psycopg.connect(committed_db.direct_url, autocommit=True) as owner:
        owner.execute("ANALYZE outbox_delivery")  # the runtime role may not

    plan = planned()

    assert "Seq Scan on outbox_delivery" not in plan, plan
    assert set(re.findall(r"using (\w+) on", plan)) <= {
        "deliveries_due",
        "deliveries_leased",
        "outbox_delivery_pkey",
    }, plan


@as_system("a test")
def planned() -> str:
    values = {"limit": 50, "in_flight": 100, "most_for_one": MOST_FOR_ONE, "lease": 60}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF) {CLAIM}", values)
        return "\n".join(line for (line,) in cursor.fetchall())
