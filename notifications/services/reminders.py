"""Planning reminders with every change of a task, and queueing those whose time has come."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.db.models.functions import Now

from accounts.models import User
from core.context import as_system
from core.days import is_plannable
from notifications.models import Reminder
from notifications.services.due_dates import due_in_event, due_instant, due_zone
from outbox.mail import EMAIL
from outbox.models import Delivery, State
from outbox.services import enqueue_all
from tasks.models import FINISHED, Task

logger = logging.getLogger(__name__)

KIND = "task_due"
AT_ONCE = 500
RECENTLY = timedelta(hours=1)


def plan_reminders(*, task: Task) -> None:
    """Have the plan follow the task; the caller holds the task's lock."""
    _follow([task])


def plan_reminders_of_all(*, tasks: Sequence[Task]) -> None:
    """The same for many tasks, in as many statements."""
    _follow(tasks)


def plan_reminders_after_handover(*, tasks: Sequence[Task]) -> None:
    """The same for many tasks that changed hands together.

    Whoever takes them over has just been told, so what was due earlier today is not repeated.
    """
    _follow(tasks, have_heard=True)


@as_system("a person's clock in all their workspaces")
def plan_reminders_of(*, person: User) -> None:
    """Plan anew what depends on the person's own clock: their tasks, and the times they set.

    The statements do not grow with the number of tasks.
    """
    theirs = Q(assignee=person) | Q(due_set_by=person, due_time__isnull=False)
    due = Task.objects.open().filter(theirs, due_date__isnull=False, assignee__isnull=False)
    locked = due.select_for_update(no_key=True, of=("self",)).defer("description").order_by("pk")
    _follow(list(locked))


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


def insert_plans(plans: Sequence[Reminder]) -> None:
    """Number new plans and save them; the caller holds the locks of their tasks."""
    earlier = Reminder.objects.filter(task__in=[plan.task_id for plan in plans])
    revs = earlier.order_by().values("task").annotate(last=Max("rev"))
    last = dict(revs.values_list("task", "last"))
    for plan in plans:
        plan.rev = last.get(plan.task_id, 0) + 1
    Reminder.objects.bulk_create(plans, batch_size=AT_ONCE)


def _follow(tasks: Sequence[Task], *, have_heard: bool = False) -> None:
    """Plan anew for locked tasks, in a fixed number of statements; an equal plan keeps its row."""
    wanted = _wanted(tasks, have_heard=have_heard)
    planned = Reminder.objects.filter(task__in=[task.pk for task in tasks]).planned()
    present = {plan.identity: plan.pk for plan in planned}
    kept = {plan.identity for plan in wanted if present.pop(plan.identity, None)}
    if present:
        outdated = Reminder.objects.filter(pk__in=present.values())
        outdated.update(state=Reminder.State.CANCELLED)
    if new := [plan for plan in wanted if plan.identity not in kept]:
        insert_plans(new)


def _people_of(tasks: Sequence[Task]) -> Mapping[UUID | None, Any]:
    """Whose clocks may count for these tasks, each with the database's time as `clock`."""
    due = [task for task in tasks if _is_due(task)]
    pks = {pk for task in due for pk in (task.assignee_id, task.due_set_by_id) if pk}
    people: Mapping[UUID | None, Any] = User.objects.annotate(clock=Now()).in_bulk(pks)
    return people


def _is_due(task: Task) -> bool:
    is_open = task.deleted_at is None and task.category not in FINISHED
    return is_open and task.due_date is not None and task.assignee_id is not None


def _wanted(tasks: Sequence[Task], *, have_heard: bool) -> list[Reminder]:
    """The reminders these tasks ask for; the moment of some may have passed today."""
    people = _people_of(tasks)
    plans = [plan for task in tasks if (plan := _plan(task, people))]
    late = [plan for plan in plans if plan.fire_at <= people[plan.recipient_id].clock]
    dropped = {plan.task_id for plan in late} if have_heard else _heard(late)
    return [plan for plan in plans if plan.task_id not in dropped]


def _plan(task: Task, people: Mapping[UUID | None, Any]) -> Reminder | None:
    """The reminder of this task, unless its day is over."""
    day = task.due_date
    if day is None or not _is_due(task):
        return None
    if not is_plannable(day):  # of a row older than the rule: no clock can tell its moment
        return None
    recipient = people[task.assignee_id]
    now: datetime = recipient.clock
    zone = due_zone(task, recipient, people.get(task.due_set_by_id))
    fire_at = due_instant(day, task.due_time, zone)
    if fire_at <= now and now.astimezone(zone).date() != day:
        return None
    return Reminder(
        workspace_id=task.workspace_id,
        task=task,
        recipient=recipient,
        due=due_in_event(task),
        fire_at=fire_at,
    )


def _heard(plans: Sequence[Reminder]) -> set[UUID]:
    """Tasks whose recipient was just given them, or reminded already of this very due date."""
    if not plans:
        return set()
    mails = Delivery.objects.filter(
        Q(kind="task_assigned", created_at__gt=Now() - RECENTLY) | Q(kind=KIND),
        recipient_id__in={plan.recipient_id for plan in plans},
        payload__task__in=[str(plan.task_id) for plan in plans],
    ).exclude(state__in=(State.SKIPPED, State.DEAD))
    told = {
        (recipient, payload["task"], payload.get("due"))
        for recipient, payload in mails.values_list("recipient_id", "payload")
    }
    return {
        plan.task_id
        for plan in plans
        for due in (None, plan.due)
        if (plan.recipient_id, str(plan.task_id), due) in told
    }


def _delivery(reminder: Reminder) -> Delivery:
    return Delivery(
        workspace_id=reminder.workspace_id,
        channel=EMAIL,
        kind=KIND,
        recipient_id=reminder.recipient_id,
        dedupe_key=reminder.dedupe_key,
        payload={
            "task": str(reminder.task_id),
            "reminder": str(reminder.pk),
            "due": reminder.due,
        },
    )
