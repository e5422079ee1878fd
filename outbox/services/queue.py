"""Enqueueing, claiming, releasing and resending deliveries, and giving them up."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Now

from core.actor import Actor
from core.batches import insert_all
from core.context import as_system
from core.errors import Conflict
from core.events import publish
from core.retention import lock_batch
from outbox.events import DeliveryCancelled, DeliveryResent
from outbox.models import PATIENCE, UNDECIDED, Delivery, RelayProcess, State
from outbox.registry import can_wait, channels

logger = logging.getLogger(__name__)

SILENCE = timedelta(seconds=15)
"""A relay that has not reported itself for so long counts as stopped; it does every 5 s."""
GIVEN_UP_AT_ONCE = 1000
CANCELLED = "cancelled by staff"
IN_FLIGHT = 100
"""The most claims leased at a time, each for account mail and for all workspaces.

With more, leases could end before their turn.
"""
MOST_FOR_ONE = 50
"""The most claims of one workspace leased at a time, so that there is always room for others."""

# Account mail belongs to no workspace and comes first. Workspaces take turns: `place` includes the
# claims a workspace has leased, so the first mail of one comes before the second of any other.
# `busy` steps through the index from workspace to workspace, whatever the length of their queues.
# Deliveries whose lease lapsed come before new ones; otherwise those of a stopped worker would
# wait for as long as new mail comes. What can wait comes last in its workspace, in a statement of
# its own, so that each is read by an index as far as it is needed.
CLAIM = """
    WITH RECURSIVE leased AS (
        SELECT workspace_id, count(*) AS claims FROM outbox_delivery
        WHERE state = 'SENDING' AND next_at > statement_timestamp() GROUP BY workspace_id
    ), busy AS (
        (SELECT workspace_id FROM outbox_delivery
         WHERE state IN ('PENDING', 'SENDING') AND workspace_id IS NOT NULL
         ORDER BY workspace_id LIMIT 1)
        UNION ALL
        SELECT (SELECT workspace_id FROM outbox_delivery d
                WHERE state IN ('PENDING', 'SENDING') AND d.workspace_id > busy.workspace_id
                ORDER BY workspace_id LIMIT 1)
        FROM busy WHERE busy.workspace_id IS NOT NULL
    ), lapsed AS MATERIALIZED (
        SELECT id, workspace_id, next_at, true AS lapsed FROM outbox_delivery
        WHERE state = 'SENDING' AND next_at <= statement_timestamp()
    ), account AS (
        SELECT id, next_at, lapsed, 0::bigint AS place FROM (
            SELECT id, next_at, lapsed FROM lapsed WHERE workspace_id IS NULL
            UNION ALL
            (SELECT id, next_at, false FROM outbox_delivery
             WHERE state IN ('PENDING', 'SENDING') AND state = 'PENDING'
                 AND next_at <= statement_timestamp() AND workspace_id IS NULL AND NOT can_wait
             ORDER BY next_at LIMIT %(in_flight)s)
        ) own
        ORDER BY lapsed DESC, next_at
        LIMIT greatest(0, %(in_flight)s - coalesce(
            (SELECT claims FROM leased WHERE workspace_id IS NULL), 0))
    ), shared AS (
        SELECT own.id, own.next_at, own.lapsed, coalesce(claims, 0) + own.place AS place
        FROM busy LEFT JOIN leased USING (workspace_id) CROSS JOIN LATERAL (
            SELECT id, next_at, lapsed,
                row_number() OVER (ORDER BY lapsed DESC, can_wait, next_at) AS place
            FROM (
                SELECT id, next_at, lapsed, false AS can_wait FROM lapsed
                WHERE lapsed.workspace_id = busy.workspace_id
                UNION ALL
                (SELECT id, next_at, false, false FROM outbox_delivery d
                 WHERE state IN ('PENDING', 'SENDING') AND state = 'PENDING' AND NOT can_wait
                     AND next_at <= statement_timestamp() AND d.workspace_id = busy.workspace_id
                 ORDER BY next_at LIMIT %(most_for_one)s)
                UNION ALL
                (SELECT id, next_at, false, true FROM outbox_delivery d
                 WHERE state IN ('PENDING', 'SENDING') AND state = 'PENDING' AND can_wait
                     AND next_at <= statement_timestamp() AND d.workspace_id = busy.workspace_id
                 ORDER BY next_at LIMIT %(most_for_one)s)
            ) either
            ORDER BY lapsed DESC, can_wait, next_at
            LIMIT greatest(0, %(most_for_one)s - coalesce(claims, 0))
        ) own
        ORDER BY place, lapsed DESC, next_at
        LIMIT greatest(0, %(in_flight)s - coalesce(
            (SELECT sum(claims) FROM leased WHERE workspace_id IS NOT NULL), 0)::bigint)
    ), due AS (
        SELECT d.id, d.state = 'SENDING' AS lapsed, chosen.place
        FROM (TABLE account UNION ALL TABLE shared) chosen JOIN outbox_delivery d USING (id)
        WHERE d.state IN ('PENDING', 'SENDING') AND d.next_at <= statement_timestamp()
        ORDER BY chosen.place, chosen.lapsed DESC, chosen.next_at
        LIMIT %(limit)s
        FOR NO KEY UPDATE OF d SKIP LOCKED
    )
    UPDATE outbox_delivery d
    SET state = 'SENDING', claim = gen_random_uuid(),
        next_at = statement_timestamp() + %(lease)s * interval '1 second'
    FROM due WHERE d.id = due.id
    RETURNING d.id, d.claim, due.lapsed, due.place
"""


class StillOnItsWay(Conflict):
    message = "This delivery has not been decided yet; it will be sent."


class BeingSent(Conflict):
    message = "This delivery is being sent at this moment."


class AlreadyDecided(Conflict):
    message = "This delivery was sent, skipped or given up before."


@dataclass(frozen=True)
class Claim:
    """The right to send one delivery until its lease ends; `lapsed` if an earlier lease ended.

    `place` is the number of claims its workspace has leased, this one included; 0 is account mail.
    """

    delivery_id: UUID
    claim: UUID
    lapsed: bool
    place: int


def enqueue(
    *,
    channel: str,
    kind: str,
    recipient_id: UUID,
    dedupe_key: str,
    payload: dict[str, Any],
    workspace_id: UUID | None = None,
) -> None:
    """Insert a delivery in the transaction of the caller; nothing if its `dedupe_key` exists."""
    delivery = Delivery(
        channel=channel,
        kind=kind,
        recipient_id=recipient_id,
        dedupe_key=dedupe_key,
        payload=payload,
        workspace_id=workspace_id,
    )
    enqueue_all(deliveries=[delivery])


def enqueue_all(*, deliveries: Sequence[Delivery]) -> None:
    """As `enqueue`, for many unsaved deliveries."""
    if not connection.in_atomic_block:
        raise RuntimeError("something was put into the outbox outside a transaction")
    if unknown := {delivery.channel for delivery in deliveries} - channels().keys():
        raise LookupError(f"there is no channel {', '.join(sorted(unknown))}")
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    for delivery in deliveries:
        delivery.request_id = request_id
        is_patient = can_wait(delivery.channel, delivery.kind)
        delivery.can_wait = is_patient and delivery.workspace_id is not None
    insert_all(deliveries, ignore_conflicts=True)


@as_system("claiming deliveries")
def claim_due(*, limit: int, lease: float | None = None, in_flight: int = IN_FLIGHT) -> list[Claim]:
    """Claim due deliveries in one statement; concurrent callers never get the same one.

    Account mail comes first, then the workspaces take turns. `lease` is in seconds.
    """
    wanted = {
        "limit": limit,
        "in_flight": in_flight,
        "most_for_one": MOST_FOR_ONE,
        "lease": lease or settings.OUTBOX_LEASE,
    }
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, wanted)
        claims = [Claim(*row) for row in cursor.fetchall()]
    return sorted(claims, key=lambda claim: claim.place)


@as_system("looking after claims")
def unused(*, claims: Sequence[Claim]) -> set[UUID]:
    """The ids of those claims that no sender has begun to use."""
    rows = Delivery.objects.filter(pk__in=[claim.delivery_id for claim in claims])
    held = rows.filter(state=State.SENDING, claim__in=[claim.claim for claim in claims])
    return set(held.values_list("claim", flat=True))


@as_system("giving a claim back")
def release(claim: Claim) -> None:
    """Make the delivery due again at once, unless a sender has begun to use the claim."""
    held = Delivery.objects.filter(pk=claim.delivery_id).claimed_by(claim.claim)
    held.update(state=State.PENDING, claim=None, next_at=Now())


@transaction.atomic
def resend(*, actor: Actor, delivery: Delivery) -> Delivery:
    """Send a decided delivery again; the new generation gives it another message id."""
    delivery = Delivery.objects.locked(delivery.pk)
    if delivery.state in UNDECIDED:
        raise StillOnItsWay
    Delivery.objects.filter(pk=delivery.pk).renew()
    delivery.refresh_from_db()
    publish(DeliveryResent(actor=actor, delivery=delivery))
    return delivery


@transaction.atomic
def cancel(*, actor: Actor, delivery: Delivery) -> Delivery:
    """Skip a delivery that waits for its first or next attempt.

    BeingSent while a sender has it, who may have handed it over already.
    """
    delivery = Delivery.objects.locked(delivery.pk)
    if delivery.state == State.SENDING:
        raise BeingSent
    if delivery.state != State.PENDING:
        raise AlreadyDecided
    Delivery.objects.filter(pk=delivery.pk).close(State.SKIPPED, CANCELLED)
    delivery.refresh_from_db()
    publish(DeliveryCancelled(actor=actor, delivery=delivery))
    return delivery


@as_system("sweeping the outbox")
def sweep() -> None:
    """Give up deliveries that are older than PATIENCE, and delete relays not seen for a day."""
    late = Delivery.objects.filter(state__in=UNDECIDED, queued_at__lt=Now() - PATIENCE)
    pks = list(
        lock_batch(late.order_by("queued_at"), GIVEN_UP_AT_ONCE).values_list("pk", flat=True)
    )
    hopeless = Delivery.objects.filter(pk__in=pks)
    if pks and (
        count := hopeless.close(State.DEAD, Concat(Value("given up after 72 hours: "), F("reason")))
    ):
        logger.error("deliveries_given_up", extra={"count": count})
    RelayProcess.objects.filter(seen_at__lt=Now() - timedelta(days=1)).delete()


def is_relay_alive() -> bool:
    """Whether any relay reported itself within SILENCE."""
    return RelayProcess.objects.filter(seen_at__gt=Now() - SILENCE).exists()


def note_relay(*, name: str) -> None:
    """Save that a relay is running now."""
    RelayProcess.objects.bulk_create(
        [RelayProcess(name=name, seen_at=Now())],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["seen_at"],
    )
