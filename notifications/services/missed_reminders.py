"""Planning reminders again that were skipped for a temporary reason (`recheck.TEMPORARY`)."""

from datetime import timedelta
from uuid import UUID

from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import User
from core.context import as_system
from notifications.models import LeadTime, Reminder
from notifications.services.due_dates import due_in_event
from notifications.services.recheck import TEMPORARY
from notifications.services.reminders import history_of, insert_plans
from outbox.models import Delivery, State
from projects.models import Project
from tasks.models import FINISHED, Task

MISSED_FOR = timedelta(days=30)
"""Older ones are left out: a project unarchived after a year would send a mail per due date."""
OTHERS_MISSED_FOR = timedelta(hours=24)
"""Of other lead times than ON_DAY: that a task is due in a week is not true for long."""


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
    lately = Q(lead_time=LeadTime.ON_DAY, fire_at__gt=Now() - MISSED_FOR)
    fired = Reminder.objects.filter(
        which,
        lately | Q(fire_at__gt=Now() - OTHERS_MISSED_FOR),
        state__in=(Reminder.State.QUEUED, Reminder.State.SKIPPED),
        recipient=F("task__assignee"),
        task__deleted_at=None,
    ).exclude(task__category__in=FINISHED)
    tasks = _locked(set(fired.values_list("task", flat=True)))
    # The newest plan of each lead time; older ones were for another due date or assignee.
    newest = {(row.task_id, row.lead_time): row for row in fired.order_by("rev")}
    planned = Reminder.objects.planned().filter(task__in=tasks)
    missed = [
        newest[subject]
        for subject in newest.keys() - set(planned.values_list("task", "lead_time"))
        if subject[0] in tasks and newest[subject].due == due_in_event(tasks[subject[0]])
    ]
    if copies := [_copy(row) for row in _unsent(missed)]:
        insert_plans(copies, history_of([plan.task_id for plan in copies]))


def _locked(pks: set[UUID]) -> dict[UUID, Task]:
    tasks = Task.objects.filter(pk__in=pks).defer("description").order_by("pk")
    return {task.pk: task for task in tasks.select_for_update(no_key=True, of=("self",))}


def _unsent(reminders: list[Reminder]) -> list[Reminder]:
    """Those that were skipped for a temporary reason, alone or with their delivery."""
    mails = Delivery.objects.filter(
        pk__in=[row.delivery_id for row in reminders if row.delivery_id],
        state=State.SKIPPED,
        reason__in=TEMPORARY,
    )
    skipped = set(mails.values_list("pk", flat=True))
    return [row for row in reminders if row.reason in TEMPORARY or row.delivery_id in skipped]


def _copy(reminder: Reminder) -> Reminder:
    """The same plan as a new row, to be sent at once."""
    return Reminder(
        workspace_id=reminder.workspace_id,
        task_id=reminder.task_id,
        recipient_id=reminder.recipient_id,
        lead_time=reminder.lead_time,
        due=reminder.due,
        fire_at=Now(),
    )
