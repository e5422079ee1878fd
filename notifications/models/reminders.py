"""Reminders: who is to be reminded of which task, when, and how long before it is due."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from core.models import LockingQuerySet
from tasks.models import Task
from workspaces.models import TenantRow


class LeadTime(models.TextChoices):
    """How long before, or after, its due date somebody is reminded of a task.

    Without a due time it is due at 09:00. HOUR is for tasks with a due time only.
    """

    WEEK = "WEEK"
    DAY = "DAY"
    HOUR = "HOUR"
    ON_DAY = "ON_DAY"
    OVERDUE = "OVERDUE"


DEFAULT_LEAD_TIMES = (LeadTime.ON_DAY,)


class ReminderState(models.TextChoices):
    PLANNED = "PLANNED"
    QUEUED = "QUEUED"
    SKIPPED = "SKIPPED"
    CANCELLED = "CANCELLED"


FINISHED = ~Q(state=ReminderState.PLANNED)


class ReminderQuerySet(LockingQuerySet):
    def planned(self) -> Self:
        return self.filter(state=ReminderState.PLANNED)

    def finished(self) -> Self:
        """Queued, skipped or cancelled."""
        return self.filter(FINISHED)


class Reminder(TenantRow):
    """A planned reminder of one task for one person; a changed plan is a row with the next `rev`.

    `due` is the due date it was planned for, `2026-05-31` or `2026-05-31T17:00:00`. At `fire_at`,
    at once if that has passed, it is QUEUED: put into the inbox, the outbox, or both. It is
    SKIPPED, and `reason` says why, if nobody could be told.
    """

    State = ReminderState

    task = models.ForeignKey(Task, models.PROTECT, related_name="reminders", db_constraint=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reminders"
    )
    lead_time = models.CharField(
        max_length=7, choices=LeadTime, default=LeadTime.ON_DAY, editable=False
    )
    due = models.CharField(max_length=32, editable=False)
    fire_at = models.DateTimeField(editable=False)
    rev = models.PositiveIntegerField(default=1, editable=False)
    state = models.CharField(max_length=9, choices=ReminderState, default=ReminderState.PLANNED)
    reason = models.CharField(max_length=100, blank=True, default="", db_default="", editable=False)
    in_inbox = models.BooleanField(default=False, db_default=False, editable=False)
    delivery_id = models.UUIDField(null=True, editable=False)
    """The delivery that mails it; null without a mail."""

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "rev"], name="reminder_once_per_plan"),
            models.UniqueConstraint(
                fields=["task", "lead_time"],
                name="one_planned_reminder_per_lead_time",
                condition=Q(state=ReminderState.PLANNED),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReminderState.values), name="reminder_state_known"
            ),
            models.CheckConstraint(
                condition=Q(lead_time__in=LeadTime.values), name="reminder_lead_time_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["fire_at"],
                name="reminders_due",
                condition=Q(state=ReminderState.PLANNED),
            ),
            models.Index(fields=["fire_at"], name="reminders_finished", condition=FINISHED),
        ]

    @property
    def dedupe_key(self) -> str:
        """The key of its delivery in the outbox."""
        return f"task.due:{self.task_id}:{self.rev}:{self.recipient_id}:email"

    @property
    def subject(self) -> tuple[object, ...]:
        """What a person is reminded of once: for whom, of which due date, how long before."""
        return self.task_id, self.recipient_id, self.lead_time, self.due

    def __str__(self) -> str:
        moment = f"{self.fire_at:%Y-%m-%d %H:%M}"
        return f"{self.lead_time} {self.task_id} → {self.recipient_id} at {moment}"


class ReminderChoice(TenantRow):
    """When a person wants to be reminded of tasks in a workspace; without a row, as by default."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    lead_times = ArrayField(models.CharField(max_length=7, choices=LeadTime), blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "workspace"], name="reminder_choice_once_per_workspace"
            ),
            models.CheckConstraint(
                condition=Q(lead_times__contained_by=LeadTime.values),
                name="reminder_choice_lead_times_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {', '.join(self.lead_times) or 'never'}"
