"""Telling people: what they hear of is put into their inbox and mailed, as they prefer."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from core.actor import Actor
from core.batches import insert_all
from core.queries import compiled
from notifications.models import MutedTask, Notification, NotificationKind
from notifications.services.channels import channels_for
from notifications.services.mail_plans import plan_mails

MEANT_FOR_ONE = (
    NotificationKind.ASSIGNED,
    NotificationKind.UNASSIGNED,
    NotificationKind.MENTIONED,
)
"""What people hear of a muted task too."""


def tell(*, actor: Actor, notifications: Sequence[Notification]) -> None:
    """Tell each recipient once per `key`, by the channels they chose; nobody what they did.

    Of muted tasks people hear only what is meant for them. The notifications are unsaved, and
    their recipients may read what they are about.
    """
    tell_unmuted(actor=actor, notifications=_unmuted(notifications))


def tell_unmuted(*, actor: Actor, notifications: Sequence[Notification]) -> list[Notification]:
    """As `tell`, for recipients none of whom has muted the task; returns those to be mailed."""
    others = [each for each in notifications if not actor.is_person(each.recipient_id)]
    if not others:
        return []
    told, mailed = [], []
    for each, channels in zip(others, channels_for(others), strict=True):
        each.actor_id, each.in_inbox = actor.person_id, channels.inbox
        if channels.inbox or channels.mail:
            told.append(each)
        if channels.mail:
            mailed.append(each)
    if mailed:
        plan_mails(mailed)
    insert_all(told, ignore_conflicts=True)
    return mailed


def _unmuted(notifications: Sequence[Notification]) -> Sequence[Notification]:
    tasks = {each.task_id for each in notifications if each.kind not in MEANT_FOR_ONE}
    tasks.discard(None)
    if not tasks:
        return notifications
    people = {each.recipient_id for each in notifications}
    muted = set(_muted.rows(tasks=list(tasks), people=list(people)))
    return [
        each
        for each in notifications
        if each.kind in MEANT_FOR_ONE or (each.task_id, each.recipient_id) not in muted
    ]


@compiled
def _muted(tasks: Any, people: Any) -> QuerySet[MutedTask, Any]:
    rows = MutedTask.objects.filter(task__any_of=tasks, person__any_of=people)
    return rows.values_list("task_id", "person_id")
