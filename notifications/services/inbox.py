"""What a person does with their inbox: reading, snoozing, muting; and what changes it besides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from core.actor import Actor, person_in
from core.context import as_system
from core.documents.expressions import RowCount
from core.errors import Invalid
from core.queries import compiled, insert
from notifications.models import InboxCounter, MutedTask, Notification
from outbox.services import erase_texts_in
from tasks.models import Task

NUMBER_NOW = (
    "SET CONSTRAINTS number_notification IMMEDIATE; SET CONSTRAINTS number_notification DEFERRED"
)
LONGEST_SNOOZE = timedelta(days=366)
AT_ONCE = 500


class NotInTheFuture(Invalid):
    message = "Must be in the future, and within a year."


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """The unread notifications of a person, as of the number `seq`; `changed` by what was done."""

    unread: int
    seq: int
    changed: int = 0


def inbox_of(actor: Actor) -> Inbox:
    """How many notifications are unread that the person may read today."""
    seq, unread = _counted.first(actor=actor) or (0, 0)
    return Inbox(unread=unread, seq=seq)


@transaction.atomic
def set_read(*, actor: Actor, ids: Sequence[UUID], is_read: bool) -> int:
    """Mark these notifications of the person as read, or unread; returns how many changed.

    Refused if one of them may not be read. Whatever is read is not snoozed any more.
    """
    rows = Notification.objects.visible_to(actor).filter(pk__any_of=ids)
    known = _locked(rows)
    if known.keys() != {*ids}:
        raise Invalid(errors={"ids": ["Not found."]})
    return _mark([pk for pk, was_read in known.items() if was_read != is_read], is_read=is_read)


@transaction.atomic
def read_all(*, actor: Actor, through: int | None = None) -> int:
    """Mark all unread ones as read, or those up to a number; snoozed ones stay as they are."""
    rows = Notification.objects.visible_to(actor).unread()
    if through is not None:
        rows = rows.filter(seq__lte=through)
    return _mark(list(_locked(rows)), is_read=True)


@transaction.atomic
def snooze(*, actor: Actor, notification: Notification, until: datetime | None) -> None:
    """Hide it from the unread ones until then, or show it again now."""
    if until is not None and not timezone.now() < until <= timezone.now() + LONGEST_SNOOZE:
        raise NotInTheFuture(errors={"snoozed_until": [NotInTheFuture.message]})
    rows = Notification.objects.of(actor).filter(pk=notification.pk)
    if until is None:
        rows = rows.filter(snoozed_until__isnull=False)
    rows.update(snoozed_until=until, seq=None)


@as_system("waking snoozed notifications")
def wake_snoozed() -> int:
    """Give those whose time has come a new number, with which clients hear of them.

    Safe to run concurrently; returns how many, at most AT_ONCE.
    """
    due = Notification.objects.filter(snoozed_until__lte=Now()).order_by("snoozed_until")
    locked = due.select_for_update(no_key=True, of=("self",), skip_locked=True)
    pks = list(locked.values_list("pk", flat=True)[:AT_ONCE])
    return Notification.objects.filter(pk__in=pks).update(snoozed_until=None, seq=None)


@transaction.atomic
def mute_task(*, actor: Actor, task: Task) -> None:
    """Tell the person of this task only what is meant for them; muted twice is muted."""
    muted = MutedTask(workspace_id=task.workspace_id, task=task, person=actor.person)
    insert(muted, ignore_conflicts=True)


@transaction.atomic
def unmute_task(*, actor: Actor, task: Task) -> None:
    MutedTask.objects.filter(task=task, person=actor.person).delete()


def has_muted(actor: Actor, task: Task) -> bool:
    return bool(MutedTask.objects.filter(task=task, person=actor.person).exists())


def number_now() -> None:
    """Give changed notifications the numbers that the commit would give them.

    The counter of their person is locked from now on: only what ends a request may call this.
    """
    with connection.cursor() as cursor:
        cursor.execute(NUMBER_NOW)


def follow_task(*, tasks: Sequence[Task]) -> None:
    """Notifications of tasks that are in another project now belong to that one."""
    rows = Notification.objects.filter(task__any_of=[task.pk for task in tasks]).order_by("pk")
    locked = rows.select_for_update(no_key=True, of=("self",)).values_list("pk", "task")
    by_task: dict[UUID | None, list[UUID]] = {}
    for pk, task in locked:
        by_task.setdefault(task, []).append(pk)
    by_project: dict[UUID, list[UUID]] = {}
    for each in tasks:
        by_project.setdefault(each.project_id, []).extend(by_task.get(each.pk, ()))
    for project, theirs in by_project.items():
        if theirs:
            Notification.objects.filter(pk__any_of=theirs).update(project=project)


@as_system("the inbox of somebody who is gone")
def erase_inbox(*, person: User) -> None:
    """Delete the inbox, and erase the texts of mails to others about what the person did."""
    caused = Notification.objects.filter(actor=person, delivery_id__isnull=False)
    erase_texts_in(deliveries={*caused.values_list("delivery_id", flat=True)})
    Notification.objects.filter(recipient=person).delete()
    MutedTask.objects.filter(person=person).delete()


@as_system("the inboxes of two accounts that become one")
def move_inbox(*, person: User, former: User) -> None:
    """Put what the former account was told into the person's inbox, once for each key."""
    known = Notification.objects.filter(recipient=person).values("key")
    told = Notification.objects.filter(recipient=former).exclude(key__in=known)
    told.update(recipient=person, seq=None)


def _locked(rows: QuerySet[Notification]) -> dict[UUID, bool]:
    """Lock the rows in the order of their ids; whether each is read."""
    locked = rows.order_by("pk").select_for_update(no_key=True, of=("self",))
    return {pk: read_at is not None for pk, read_at in locked.values_list("pk", "read_at")}


def _mark(pks: Sequence[UUID], *, is_read: bool) -> int:
    if not pks:
        return 0
    marked = Notification.objects.filter(pk__any_of=pks)
    snoozed_until = None if is_read else F("snoozed_until")
    return marked.update(read_at=Now() if is_read else None, snoozed_until=snoozed_until, seq=None)


@compiled
def _counted(actor: Any) -> QuerySet[InboxCounter, Any]:
    """The number of the last change, and how many are unread, at the same moment."""
    unread = RowCount(Notification.objects.visible_to(actor).unread().values("pk"))
    person: Any = person_in(actor)
    return InboxCounter.objects.filter(pk=person).values_list("last_seq", unread)
