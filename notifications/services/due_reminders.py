"""Telling people of due reminders: into the inbox, the outbox, or both, as they prefer."""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now

from core.actor import Actor
from core.batches import update_all
from core.context import as_system
from core.queries import compiled
from notifications.models import LeadTime, MutedTask, Notification, NotificationKind, Reminder
from notifications.services.channels import Channels, channels_for
from notifications.services.mail_plans import hold_in_quiet_hours
from notifications.services.recheck import (
    ACCOUNT_CLOSED,
    PROJECT_ARCHIVED,
    PROJECT_DELETED,
    WORKSPACE_DELETED,
)
from notifications.services.telling import tell_unmuted
from outbox.mail import EMAIL
from outbox.models import Delivery
from outbox.services import enqueue_all

logger = logging.getLogger(__name__)

AT_ONCE = 1000
"""The most reminders in one transaction, so that mail is claimed between two of them."""
MISSED_AFTER = timedelta(hours=24)
CLOCK = Actor.system("a task is due")

MISSED = "it was due more than 24 hours before it could be sent"
MUTED = "the person muted the task"
UNWANTED = "the person wants none of this kind"

KINDS = {
    LeadTime.WEEK: NotificationKind.DUE_SOON,
    LeadTime.DAY: NotificationKind.DUE_SOON,
    LeadTime.HOUR: NotificationKind.DUE_SOON,
    LeadTime.ON_DAY: NotificationKind.DUE_TODAY,
    LeadTime.OVERDUE: NotificationKind.OVERDUE,
}
SOON, TODAY, OVERDUE = "task_due_soon", "task_due", "task_overdue"
MAILS = {
    NotificationKind.DUE_SOON: SOON,
    NotificationKind.DUE_TODAY: TODAY,
    NotificationKind.OVERDUE: OVERDUE,
}
"""The kinds of their deliveries."""
KIND_OF = {mail: kind for kind, mail in MAILS.items()}

# What can keep a mail from being sent without a change of the task; see `recheck.TEMPORARY`.
OBSTACLE = Case(
    When(Q(task__project__workspace__deleted_at__isnull=False), then=Value(WORKSPACE_DELETED)),
    When(Q(task__project__deleted_at__isnull=False), then=Value(PROJECT_DELETED)),
    When(Q(task__project__archived_at__isnull=False), then=Value(PROJECT_ARCHIVED)),
    When(~Q(recipient__is_active=True), then=Value(ACCOUNT_CLOSED)),
    default=Value(""),
)


@as_system("queueing due reminders")
def queue_due_reminders() -> int:
    """Tell of reminders that are due by the database's time; safe to run concurrently.

    Returns how many were dealt with, at most AT_ONCE: with so many, more may be due.
    """
    if reminders := _due.rows():
        _tell(reminders)
        update_all(reminders, "state", "reason", "in_inbox", "delivery_id")
        logger.info("reminders_queued", extra={"count": len(reminders)})
    return len(reminders)


@compiled
def _due() -> Any:
    """The first AT_ONCE that are due, locked, with the database's time and what is in the way."""
    due = Reminder.objects.planned().filter(fire_at__lte=Now()).order_by("fire_at")
    locked = due.select_for_update(no_key=True, of=("self",), skip_locked=True)
    return locked.annotate(now=Now(), obstacle=OBSTACLE, project=F("task__project_id"))[:AT_ONCE]


def has_more_due(count: int) -> bool:
    """Whether more may be due after so many were dealt with."""
    return count >= AT_ONCE


def notification_of(reminder: Reminder, project: UUID) -> Notification:
    """What the recipient is told by the reminder."""
    return Notification(
        recipient_id=reminder.recipient_id,
        kind=KINDS[LeadTime(reminder.lead_time)],
        key=f"reminder:{reminder.pk}",
        workspace_id=reminder.workspace_id,
        project_id=project,
        task_id=reminder.task_id,
        facts={"lead_time": reminder.lead_time, "due": reminder.due},
    )


def _tell(reminders: Sequence[Any]) -> None:
    """Set what becomes of the reminders; insert their deliveries and notifications."""
    missed = [row for row in reminders if row.fire_at < row.now - MISSED_AFTER]
    for row in missed:
        _skip(row, MISSED)
    rest = [row for row in reminders if not row.reason]
    told = [notification_of(row, row.project) for row in rest]
    muted = muted_among(rest)
    deliveries, notifications = [], []
    for row, notification, channels in zip(rest, told, channels_for(told), strict=True):
        if reason := _obstacle(row, channels, muted):
            _skip(row, reason)
            continue
        row.state = Reminder.State.QUEUED
        if channels.mail:
            delivery = _delivery(row)
            row.delivery_id = notification.delivery_id = delivery.pk
            deliveries.append(delivery)
        if not row.obstacle:
            row.in_inbox = channels.inbox
            notifications.append(notification)
    hold_in_quiet_hours([(KIND_OF[each.kind], each) for each in deliveries])
    enqueue_all(deliveries=deliveries)
    tell_unmuted(actor=CLOCK, notifications=notifications)


def _obstacle(row: Any, channels: Channels, muted: set[tuple[UUID, UUID]]) -> str:
    """Why nobody is told; "" if somebody is. The composer of a mail looks for itself."""
    if (row.task_id, row.recipient_id) in muted:
        return MUTED
    if not (channels.inbox or channels.mail):
        return UNWANTED
    return "" if channels.mail else str(row.obstacle)


def _skip(row: Reminder, reason: str) -> None:
    row.state, row.reason = Reminder.State.SKIPPED, reason


def muted_among(reminders: Sequence[Reminder]) -> set[tuple[UUID, UUID]]:
    """Task and person of those reminders whose task the recipient muted."""
    tasks = [row.task_id for row in reminders]
    return set(_muted.rows(tasks=tasks)) if tasks else set()


@compiled
def _muted(tasks: Any) -> Any:
    return MutedTask.objects.filter(task__any_of=tasks).values_list("task_id", "person_id")


def _delivery(reminder: Reminder) -> Delivery:
    return Delivery(
        workspace_id=reminder.workspace_id,
        channel=EMAIL,
        kind=MAILS[KINDS[LeadTime(reminder.lead_time)]],
        recipient_id=reminder.recipient_id,
        dedupe_key=reminder.dedupe_key,
        payload={
            "task": str(reminder.task_id),
            "reminder": str(reminder.pk),
            "due": reminder.due,
        },
    )
