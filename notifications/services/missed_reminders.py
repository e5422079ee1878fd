"""Planning reminders again that were skipped for a temporary reason (`recheck.TEMPORARY`)."""

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from core.context import as_system
from notifications.models import Reminder
from notifications.services.due_dates import due_in_event
from notifications.services.recheck import TEMPORARY
from notifications.services.reminders import insert_plans
from outbox.models import Delivery, State
from projects.models import Project
from tasks.models import FINISHED, Task

MISSED_FOR = timedelta(days=30)
"""Older ones are left out: a project unarchived after a year would send a mail per due date."""


def plan_missed_reminders(*, project: Project) -> None:
    """Plan again what came due while the project was archived or deleted.

    The caller has locked the project.
    """
    _plan(Q(task__project=project))


@as_system("a person's reminders in all their workspaces")
def plan_missed_reminders_of(*, person: User) -> None:
    """Plan again what came due while the person's account was deactivated."""
    _plan(Q(recipient=person))


def _plan(which: Q) -> None:
    queued = Reminder.objects.filter(
        which,
        state=Reminder.State.QUEUED,
        fire_at__gt=Now() - MISSED_FOR,
        recipient=F("task__assignee"),
        task__deleted_at=None,
    ).exclude(task__category__in=FINISHED)
    tasks = _locked({reminder.task_id for reminder in queued.only("task")})
    # The newest plan of each task; older ones were for another due date or assignee.
    last = {reminder.task_id: reminder for reminder in queued.order_by("rev")}
    missed = {
        reminder.dedupe_key: reminder
        for pk, reminder in last.items()
        if pk in tasks and reminder.due == due_in_event(tasks[pk])
    }
    skipped = Delivery.objects.filter(
        dedupe_key__in=missed, state=State.SKIPPED, reason__in=TEMPORARY
    )
    if keys := list(skipped.values_list("dedupe_key", flat=True)):
        insert_plans([_copy(missed[key]) for key in keys])


def _locked(pks: set[UUID]) -> dict[UUID, Task]:
    """Lock the tasks; return those without a planned reminder."""
    tasks = Task.objects.filter(pk__in=pks).defer("description").order_by("pk")
    locked = {task.pk: task for task in tasks.select_for_update(no_key=True, of=("self",))}
    planned = Reminder.objects.planned().filter(task__in=locked)
    for pk in planned.values_list("task", flat=True):
        del locked[pk]
    return locked


def _copy(reminder: Reminder) -> Reminder:
    """The same plan as a new row; its `fire_at` has passed, so it is sent at once."""
    return Reminder(
        workspace_id=reminder.workspace_id,
        task_id=reminder.task_id,
        recipient_id=reminder.recipient_id,
        due=reminder.due,
        fire_at=reminder.fire_at,
    )
