"""Planning reminders with every change of a task, and queueing those whose time has come."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max
from django.db.models.functions import Now

from accounts.models import User
from core.context import as_system
from core.days import is_plannable
from notifications.models import Reminder
from notifications.moments import due_as_told, due_moment, due_zone
from outbox.models import Delivery, State
from outbox.services import enqueue_all
from tasks.models import FINISHED, Task

logger = logging.getLogger(__name__)

KIND = "task_due"
AT_ONCE = 500
RECENTLY = timedelta(hours=1)


def plan_reminders(*, task: Task) -> None:
    """Have the plan follow the task; the caller holds the task's lock."""
    wanted = _wanted(task, _people_of([task]))
    plans = Reminder.objects.of(task)
    if wanted and plans.same_as(wanted).exists():
        return
    plans.planned().update(state=Reminder.State.CANCELLED)
    if wanted:
        wanted.rev = plans.last_rev() + 1
        wanted.save(force_insert=True)


def plan_reminders_after_handover(*, tasks: Sequence[Task]) -> None:
    """The same for many tasks that changed hands together, in a fixed number of statements.

    Whoever takes them over has just been told, so what was due earlier today is not repeated.
    """
    plans = Reminder.objects.filter(task__in=[task.pk for task in tasks])
    plans.planned().update(state=Reminder.State.CANCELLED)
    people = _people_of(tasks)
    wanted = [plan for task in tasks if (plan := _wanted(task, people, has_heard=True))]
    revs = plans.order_by().values("task").annotate(last=Max("rev"))
    last = dict(revs.values_list("task", "last"))
    for plan in wanted:
        plan.rev = last.get(plan.task_id, 0) + 1
    Reminder.objects.bulk_create(wanted)


@as_system("a person's clock in all their workspaces")
def plan_reminders_of(*, person: User) -> None:
    """Plan anew what depends on the person's own clock."""
    tasks = Task.objects.open().filter(assignee=person, due_date__isnull=False)
    for task in tasks.select_for_update(no_key=True, of=("self",)).order_by("pk"):
        plan_reminders(task=task)


@as_system("queueing due reminders")
def queue_due_reminders() -> int:
    """Move what is due into the outbox, by the database's clock; any number may run at once."""
    due = Reminder.objects.planned().filter(fire_at__lte=Now()).order_by("fire_at")
    locked = due.select_for_update(no_key=True, of=("self",), skip_locked=True)
    reminders = list(locked[:AT_ONCE])
    if reminders:
        pks = [reminder.pk for reminder in reminders]
        Reminder.objects.filter(pk__in=pks).update(state=Reminder.State.QUEUED)
        enqueue_all(deliveries=[_delivery(reminder) for reminder in reminders])
        logger.info("reminders_queued", extra={"count": len(reminders)})
    return len(reminders)


def _people_of(tasks: Sequence[Task]) -> Mapping[UUID | None, Any]:
    """Whose clocks may count for these tasks, each with the database's time as `clock`."""
    due = [task for task in tasks if _is_due(task)]
    pks = {pk for task in due for pk in (task.assignee_id, task.due_set_by_id) if pk}
    people: Mapping[UUID | None, Any] = User.objects.annotate(clock=Now()).in_bulk(pks)
    return people


def _is_due(task: Task) -> bool:
    is_open = task.deleted_at is None and task.category not in FINISHED
    return is_open and task.due_date is not None and task.assignee_id is not None


def _wanted(
    task: Task, people: Mapping[UUID | None, Any], *, has_heard: bool = False
) -> Reminder | None:
    """The reminder this task asks for, if any; its moment may have passed today."""
    day = task.due_date
    if day is None or not _is_due(task):
        return None
    if not is_plannable(day):  # of a row older than the rule: no clock can tell its moment
        return None
    recipient = people[task.assignee_id]
    now: datetime = recipient.clock
    zone = due_zone(task, recipient, people.get(task.due_set_by_id))
    fire_at = due_moment(day, task.due_time, zone)
    is_over = fire_at <= now
    is_today = now.astimezone(zone).date() == day
    if is_over and (not is_today or has_heard or _has_heard(task, recipient, now)):
        return None
    return Reminder(
        workspace_id=task.workspace_id,
        task=task,
        recipient=recipient,
        due=due_as_told(task),
        fire_at=fire_at,
    )


def _has_heard(task: Task, recipient: User, now: datetime) -> bool:
    """Whether they were just given this task, or reminded already of this very due date."""
    mails = Delivery.objects.filter(recipient_id=recipient.pk, payload__task=str(task.pk))
    mails = mails.exclude(state__in=(State.SKIPPED, State.DEAD))
    told = mails.filter(kind="task_assigned", created_at__gt=now - RECENTLY)
    reminded = mails.filter(kind=KIND, payload__due=due_as_told(task))
    return told.exists() or reminded.exists()


def _delivery(reminder: Reminder) -> Delivery:
    task, recipient = reminder.task_id, reminder.recipient_id
    return Delivery(
        workspace_id=reminder.workspace_id,
        kind=KIND,
        recipient_id=recipient,
        dedupe_key=reminder.dedupe_key,
        payload={"task": str(task), "reminder": str(reminder.pk), "due": reminder.due},
    )
