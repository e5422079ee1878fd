"""Planning reminders with every change of a task, and queueing those whose time has come."""

from datetime import datetime, timedelta

from django.db.models.functions import Now

from accounts.models import User
from core.context import as_system
from core.days import is_plannable
from notifications.models import Reminder
from notifications.moments import due_as_told, due_moment, due_zone
from outbox.models import Delivery, State
from outbox.services import enqueue_all
from tasks.models import FINISHED, Task

KIND = "task_due"
AT_ONCE = 500
RECENTLY = timedelta(hours=1)


def plan_reminders(*, task: Task) -> None:
    """Have the plan follow the task; the caller holds the task's lock."""
    wanted = _wanted(task)
    plans = Reminder.objects.of(task)
    if wanted and plans.same_as(wanted).exists():
        return
    plans.planned().update(state=Reminder.State.CANCELLED)
    if wanted:
        wanted.rev = plans.last_rev() + 1
        wanted.save(force_insert=True)


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
    return len(reminders)


def _wanted(task: Task) -> Reminder | None:
    """The reminder this task asks for, if any; its moment may have passed today."""
    day = task.due_date
    if day is None or task.assignee_id is None or task.deleted_at or task.category in FINISHED:
        return None
    if not is_plannable(day):  # of a row older than the rule: no clock can tell its moment
        return None
    people = User.objects.annotate(clock=Now()).in_bulk({task.assignee_id, task.due_set_by_id})
    recipient = people[task.assignee_id]
    now: datetime = recipient.clock
    zone = due_zone(task, recipient, people.get(task.due_set_by_id))
    fire_at = due_moment(day, task.due_time, zone)
    is_over = fire_at <= now
    if is_over and (now.astimezone(zone).date() != day or _has_heard(task, recipient, now)):
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
        dedupe_key=f"task.due:{task}:{reminder.rev}:{recipient}:email",
        payload={"task": str(task), "reminder": str(reminder.pk), "due": reminder.due},
    )
