"""At most so many assignment mails a minute for each recipient; one mail tells of all the others.

Decided when a mail is composed, not when it is enqueued: who assigns tasks waits for nobody. What
exceeds the limit is skipped in the transaction that enqueues the one mail, or finds it waiting; so
a crash loses none of the two, and each task is told once.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from core.errors import TooManyRequests
from core.limits import Limit, take_uncommitted
from outbox.models import Delivery, MailContent, State
from outbox.registry import Skip
from outbox.services import enqueue_all

MOST_MAILS = Limit("assignment mails to a person", 20, 60)
ONE, SEVERAL, MORE = "task_assigned", "tasks_assigned", "more_tasks_assigned"
"""Kinds of mails: about one task, about those assigned together, about what exceeded the limit."""
COLLECTED = "told together with others by delivery "


def collect(delivery: Delivery) -> Skip | None:
    """A Skip if the recipient has had MOST_MAILS: its tasks are told by a mail after that minute.

    None if it is to be sent. What staff send again and what may have been sent is not collected.
    The count keeps others who compose a mail to the recipient waiting until the commit.
    """
    if delivery.generation or (delivery.attempts and _may_have_been_sent(delivery)):
        return None
    try:
        take_uncommitted(MOST_MAILS, str(delivery.recipient_id))
    except TooManyRequests as refusal:
        mail = _waiting_for(delivery) or _enqueued_for(delivery, refusal.facts["retry_after"])
        return Skip(_told_by(mail))
    return None


def tasks_collected_by(delivery: Delivery) -> list[str]:
    """The ids of the tasks that a mail of the kind MORE is about."""
    collected = Delivery.objects.filter(
        recipient_id=delivery.recipient_id, state=State.SKIPPED, reason=_told_by(delivery)
    )
    payloads = collected.values_list("payload", flat=True)
    return [task for payload in payloads for task in tasks_in(payload)]


def tasks_in(payload: Mapping[str, Any]) -> list[str]:
    """The ids of the tasks in the payload of a mail about one or SEVERAL."""
    return list(payload["tasks"]) if "tasks" in payload else [payload["task"]]


def _may_have_been_sent(delivery: Delivery) -> bool:
    return MailContent.objects.filter(delivery=delivery).exists()


def _told_by(mail: Delivery) -> str:
    return f"{COLLECTED}{mail.pk}"


def _waiting_for(delivery: Delivery) -> Delivery | None:
    """The mail of the kind MORE that nobody composes yet, locked so that nobody claims it."""
    waiting = Delivery.objects.filter(
        recipient_id=delivery.recipient_id,
        workspace_id=delivery.workspace_id,
        channel=delivery.channel,
        kind=MORE,
        state=State.PENDING,
        generation=0,
        attempts=0,
    )
    return waiting.select_for_update(no_key=True).order_by("pk").first()


def _enqueued_for(delivery: Delivery, seconds: int) -> Delivery:
    """A new mail of the kind MORE, sent so many seconds from now."""
    mail = Delivery(
        workspace_id=delivery.workspace_id,
        channel=delivery.channel,
        kind=MORE,
        recipient_id=delivery.recipient_id,
        dedupe_key=f"tasks.assigned.more:{delivery.pk}:{delivery.channel}",
        next_at=Now() + timedelta(seconds=seconds),
    )
    enqueue_all(deliveries=[mail])
    return mail
