"""Planning the mails of notifications: at once, collected, after quiet hours, or in a digest.

A delivery takes more in until it is claimed. Who enqueues locks it shared meanwhile, so that many
can do so at once, but none while it is claimed; what is claimed has all that will ever be in it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from core.models import uuid7
from core.queries import compiled
from core.shared_locks import ShareQuery
from notifications.models import MailBatch, Notification, NotificationKind
from notifications.services.mail_times import (
    Clock,
    after_quiet_hours,
    goes_at,
    next_digest,
    waits_for_digest,
)
from notifications.services.schedules import clocks_of
from outbox.mail import EMAIL
from outbox.models import Delivery, State
from outbox.services import enqueue_all

NEWS, DIGEST = "news", "digest"
"""Kinds of mails: what is new about one task or in a workspace, and all of a day or week."""
COLLECTED_FOR = timedelta(minutes=5)
"""How long after a mail about a task the next one goes at the earliest."""
MAILED_OTHERWISE = {
    NotificationKind.ASSIGNED,
    NotificationKind.DUE_SOON,
    NotificationKind.DUE_TODAY,
    NotificationKind.OVERDUE,
    NotificationKind.INVITED,
    NotificationKind.JOB_ENDED,
}
"""Kinds that have mails of their own."""

# Of two transactions that open a batch at once, the second waits for the first, and opens none.
OPEN = """
    INSERT INTO notifications_mailbatch AS batch
        (id, created_at, workspace_id, person_id, about_id, delivery_id, goes_at)
    SELECT gen_random_uuid(), statement_timestamp(), new.*
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::uuid[], %s::timestamptz[]) AS new
    ON CONFLICT (person_id, about_id) DO UPDATE
    SET delivery_id = excluded.delivery_id, goes_at = excluded.goes_at
    WHERE batch.delivery_id = ANY (%s::uuid[])
    RETURNING delivery_id
"""


class Subject(NamedTuple):
    """Whom a mail goes to, and what it is about: a task, or else the workspace."""

    person_id: UUID
    about_id: UUID
    workspace_id: UUID


Told = dict[Subject, list[Notification]]


def plan_mails(notifications: Sequence[Notification]) -> None:
    """Enqueue the mails of these (unsaved) notifications and set the `delivery_id` of each.

    The first mail to a person about a task goes at once, or when their quiet hours end; what
    follows within COLLECTED_FOR goes together after that. With a digest, all goes in the next one.
    """
    told = [
        each
        for each in notifications
        if each.workspace_id and NotificationKind(each.kind) not in MAILED_OTHERWISE
    ]
    clocks = clocks_of({each.recipient_id for each in told})
    waiting = [waits_for_digest(each.kind, clocks[each.recipient_id]) for each in told]
    for digested in (True, False):
        chosen: Told = defaultdict(list)
        for each, waits in zip(told, waiting, strict=True):
            if waits is digested:
                chosen[_subject_of(each, in_digest=digested)].append(each)
        plan = _plan_digests if digested else _plan_news
        plan(dict(sorted(chosen.items())), clocks)


def hold_in_quiet_hours(mails: Sequence[tuple[str, Delivery]]) -> None:
    """Set when these (unsaved) deliveries go, each with the kind of its notification.

    For kinds that have mails of their own: those in quiet hours go when these end.
    """
    clocks = clocks_of({delivery.recipient_id for _, delivery in mails})
    for kind, delivery in mails:
        at = goes_at(kind, clocks[delivery.recipient_id])
        delivery.queued_at = delivery.next_at = at


def _subject_of(told: Notification, *, in_digest: bool) -> Subject:
    workspace_id = cast("UUID", told.workspace_id)  # those without are left out
    about_id = workspace_id if in_digest else told.task_id or workspace_id
    return Subject(told.recipient_id, about_id, workspace_id)


def _plan_digests(told: Told, clocks: Mapping[UUID, Clock]) -> None:
    """Put these into the next digest of each person and workspace that is not yet claimed."""
    after = {subject: clocks[subject.person_id].now for subject in told}
    while after:
        planned = {
            subject: _digest(subject, clocks[subject.person_id], start)
            for subject, start in after.items()
        }
        enqueue_all(deliveries=list(planned.values()))
        joined = _joined(each.dedupe_key for each in planned.values())
        for subject, digest in planned.items():
            delivery_id = joined.get(digest.dedupe_key)
            if delivery_id is None:  # claimed at this moment
                after[subject] = next_digest(after[subject], clocks[subject.person_id])
            else:
                _set_delivery(told[subject], delivery_id)
                del after[subject]


def _digest(subject: Subject, clock: Clock, after: datetime) -> Delivery:
    at = next_digest(after, clock)
    here = at.astimezone(clock.zone).isoformat()
    key = f"digest:{subject.workspace_id}:{subject.person_id}:{here}:email"
    return _delivery(uuid7(), DIGEST, subject, key, after_quiet_hours(at, clock))


def _plan_news(told: Told, clocks: Mapping[UUID, Clock]) -> None:
    """Put these into the mail about their subject that waits, or open one."""
    while told:
        batches = _batches_of(told)
        recent = [
            batch
            for subject, batch in batches.items()
            if batch.goes_at + COLLECTED_FOR > clocks[subject.person_id].now
        ]
        waiting = (
            {*_shared.rows(deliveries=[each.delivery_id for each in recent])} if recent else ()
        )
        opened: dict[Subject, Delivery] = {}
        for subject in list(told):
            batch = batches.get(subject)
            if batch and batch.delivery_id in waiting:
                _set_delivery(told.pop(subject), batch.delivery_id)
            else:
                opened[subject] = _news(subject, clocks[subject.person_id], batch)
        won = _opened(opened, [batch.delivery_id for batch in batches.values()])
        enqueue_all(deliveries=list(won.values()))
        for subject, delivery in won.items():
            _set_delivery(told.pop(subject), delivery.pk)


def _news(subject: Subject, clock: Clock, last: MailBatch | None) -> Delivery:
    pk, earliest = uuid7(), last.goes_at + COLLECTED_FOR if last else clock.now
    at = after_quiet_hours(max(clock.now, earliest), clock)
    return _delivery(pk, NEWS, subject, f"news:{subject.about_id}:{subject.person_id}:{pk}", at)


def _delivery(pk: UUID, kind: str, subject: Subject, key: str, at: datetime) -> Delivery:
    return Delivery(
        id=pk,
        workspace_id=subject.workspace_id,
        channel=EMAIL,
        kind=kind,
        recipient_id=subject.person_id,
        dedupe_key=key,
        payload={"about": str(subject.about_id)},
        # Its 72 hours begin when it goes.
        queued_at=at,
        next_at=at,
    )


def _batches_of(subjects: Collection[Subject]) -> dict[Subject, MailBatch]:
    people = {subject.person_id for subject in subjects}
    about = {subject.about_id for subject in subjects}
    rows = _batches.rows(people=list(people), about=list(about))
    found = {(batch.person_id, batch.about_id): batch for batch in rows}
    keys = ((subject, (subject.person_id, subject.about_id)) for subject in subjects)
    return {subject: found[key] for subject, key in keys if key in found}


def _opened(
    wanted: Mapping[Subject, Delivery], replaced: Sequence[UUID]
) -> dict[Subject, Delivery]:
    """Those whose batch is written: not if another transaction has replaced the former one."""
    if not wanted:
        return {}
    rows = [
        (subject.workspace_id, subject.person_id, subject.about_id, delivery.pk, delivery.next_at)
        for subject, delivery in wanted.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [*map(list, zip(*rows, strict=True)), list(replaced)])
        won = {row[0] for row in cursor.fetchall()}
    return {subject: delivery for subject, delivery in wanted.items() if delivery.pk in won}


def _set_delivery(notifications: Iterable[Notification], delivery_id: UUID) -> None:
    for each in notifications:
        each.delivery_id = delivery_id


def _joined(keys: Iterable[str]) -> dict[str, UUID]:
    """The ids of those of these deliveries that nobody has claimed yet, by key, locked shared."""
    return dict(_shared_by_key.rows(keys=list(keys)))


@compiled
def _batches(people: Any, about: Any) -> QuerySet[MailBatch]:
    return MailBatch.objects.filter(person__any_of=people, about_id__any_of=about)


@compiled
def _shared(deliveries: Any) -> QuerySet[Delivery, Any]:
    rows = _unclaimed().filter(pk__any_of=deliveries)
    return rows.order_by("pk").values_list("pk", flat=True)


@compiled
def _shared_by_key(keys: Any) -> QuerySet[Delivery, Any]:
    rows = _unclaimed().filter(dedupe_key__any_of=keys)
    return rows.order_by("pk").values_list("dedupe_key", "pk")


def _unclaimed() -> QuerySet[Delivery]:
    """Deliveries nobody has claimed yet, locked shared: they cannot be claimed until we commit."""
    rows = Delivery.objects.filter(state=State.PENDING, generation=0, attempts=0)
    rows.query = rows.query.chain(ShareQuery)
    return rows.select_for_update(no_key=True, of=("self",))
