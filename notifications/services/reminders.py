"""Planning reminders when a task changes, and enqueueing those that are due."""

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
from core.queries import compiled, insert
from notifications.models import Reminder
from notifications.services.collecting import COLLECTED, ONE, SEVERAL, tasks_in
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
    """Plan the task's reminder anew. The caller has locked the task."""
    _replan([task])


def plan_reminders_of_all(*, tasks: Sequence[Task]) -> None:
    """As `plan_reminders`, for many tasks with the same number of statements."""
    _replan(tasks)


def plan_reminders_after_handover(*, tasks: Sequence[Task]) -> None:
    """As `plan_reminders`, for many tasks that were handed over together.

    Reminders due earlier today are left out: the new assignee gets the mail about the handover.
    """
    _replan(tasks, drop_due=True)


@as_system("a person's clock in all their workspaces")
def plan_reminders_of(*, person: User) -> None:
    """Plan anew what depends on the person's time zone: their tasks and the due times they set.

    The number of statements does not depend on the number of tasks.
    """
    theirs = Q(assignee=person) | Q(due_set_by=person, due_time__isnull=False)
    due = Task.objects.open().filter(theirs, due_date__isnull=False, assignee__isnull=False)
    locked = due.select_for_update(no_key=True, of=("self",)).defer("description").order_by("pk")
    _replan(list(locked))


@as_system("queueing due reminders")
def queue_due_reminders() -> int:
    """Enqueue reminders that are due by the database's time; safe to run concurrently.

    Returns how many, at most AT_ONCE.
    """
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
    """Set `rev` of new plans and insert them. The caller has locked their tasks."""
    last = dict(_last_revs.rows(tasks=[plan.task_id for plan in plans]))
    for plan in plans:
        plan.rev = last.get(plan.task_id, 0) + 1
    insert(*plans)


def _replan(tasks: Sequence[Task], *, drop_due: bool = False) -> None:
    """Cancel outdated plans of locked tasks and insert new ones; equal plans keep their rows."""
    wanted = _wanted(tasks, drop_due=drop_due)
    planned = _planned.rows(tasks=[task.pk for task in tasks])
    present = {plan.identity: plan.pk for plan in planned}
    kept = {plan.identity for plan in wanted if present.pop(plan.identity, None)}
    if present:
        outdated = Reminder.objects.filter(pk__in=present.values())
        outdated.update(state=Reminder.State.CANCELLED)
    if new := [plan for plan in wanted if plan.identity not in kept]:
        insert_plans(new)


def _people_of(tasks: Sequence[Task]) -> Mapping[UUID | None, Any]:
    """The people whose time zones these tasks depend on, with the database's time as `now`."""
    due = [task for task in tasks if _is_due(task)]
    pks = {pk for task in due for pk in (task.assignee_id, task.due_set_by_id) if pk}
    return {person.pk: person for person in _people_now.rows(people=list(pks))} if pks else {}


@compiled
def _last_revs(tasks: Any) -> Any:
    """The number of the last plan of each task."""
    revs = Reminder.objects.filter(task__any_of=tasks).order_by().values("task")
    return revs.annotate(last=Max("rev")).values_list("task", "last")


@compiled
def _planned(tasks: Any) -> Any:
    return Reminder.objects.filter(task__any_of=tasks).planned()


@compiled
def _people_now(people: Any) -> Any:
    """People with the database's time."""
    return User.objects.annotate(now=Now()).filter(pk__any_of=people)


def _is_due(task: Task) -> bool:
    is_open = task.deleted_at is None and task.category not in FINISHED
    return is_open and task.due_date is not None and task.assignee_id is not None


def _wanted(tasks: Sequence[Task], *, drop_due: bool) -> list[Reminder]:
    """The reminders to be planned for these tasks; some may be due already."""
    people = _people_of(tasks)
    plans = [plan for task in tasks if (plan := _plan(task, people))]
    late = [plan for plan in plans if plan.fire_at <= people[plan.recipient_id].now]
    dropped = {plan.task_id for plan in late} if drop_due else _already_mailed(late)
    return [plan for plan in plans if plan.task_id not in dropped]


def _plan(task: Task, people: Mapping[UUID | None, Any]) -> Reminder | None:
    """The reminder of this task; None without a due date, or if its day is over."""
    day = task.due_date
    if day is None or not _is_due(task):
        return None
    if not is_plannable(day):  # an old row: no instant can be computed
        return None
    recipient = people[task.assignee_id]
    now: datetime = recipient.now
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


def _already_mailed(plans: Sequence[Reminder]) -> set[UUID]:
    """The tasks whose recipient was assigned within RECENTLY, or reminded of this due date."""
    if not plans:
        return set()
    tasks = [str(plan.task_id) for plan in plans]
    mails = Delivery.objects.filter(
        Q(kind__in=(ONE, SEVERAL), created_at__gt=Now() - RECENTLY) | Q(kind=KIND),
        Q(payload__task__in=tasks) | Q(payload__tasks__has_any_keys=tasks),
        recipient_id__in={plan.recipient_id for plan in plans},
    ).exclude(~Q(reason__startswith=COLLECTED), state__in=(State.SKIPPED, State.DEAD))
    mailed = {
        (recipient, task, payload.get("due"))
        for recipient, payload in mails.values_list("recipient_id", "payload")
        for task in tasks_in(payload)
    }
    return {
        plan.task_id
        for plan in plans
        for due in (None, plan.due)
        if (plan.recipient_id, str(plan.task_id), due) in mailed
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
