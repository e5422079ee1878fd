"""Reminders: who is to be reminded of which task, and when."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import LockingQuerySet
from tasks.models import Task
from workspaces.models import TenantRow


class ReminderState(models.TextChoices):
    PLANNED = "PLANNED"
    QUEUED = "QUEUED"
    CANCELLED = "CANCELLED"


FINISHED = ~Q(state=ReminderState.PLANNED)


class ReminderQuerySet(LockingQuerySet):
    def planned(self) -> Self:
        return self.filter(state=ReminderState.PLANNED)

    def finished(self) -> Self:
        """Queued or cancelled."""
        return self.filter(FINISHED)


class Reminder(TenantRow):
    """A planned reminder of one task for one person; a changed plan is a row with the next `rev`.

    `due` is the due date it was planned for, `2026-05-31` or `2026-05-31T17:00:00`. It is sent at
    `fire_at`, at once if that has passed.
    """

    State = ReminderState

    task = models.ForeignKey(Task, models.PROTECT, related_name="reminders", db_constraint=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="reminders"
    )
    kind = models.CharField(max_length=40, default="task_due", editable=False)
    due = models.CharField(max_length=32, editable=False)
    fire_at = models.DateTimeField(editable=False)
    rev = models.PositiveIntegerField(default=1, editable=False)
    state = models.CharField(max_length=9, choices=ReminderState, default=ReminderState.PLANNED)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["task", "recipient", "kind", "rev"], name="reminder_once_per_plan"
            ),
            models.UniqueConstraint(
                fields=["task", "kind"],
                name="one_planned_reminder_per_task",
                condition=Q(state=ReminderState.PLANNED),
            ),
            models.CheckConstraint(
                condition=Q(state__in=ReminderState.values), name="reminder_state_known"
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
    def identity(self) -> tuple[object, ...]:
        """What makes two reminders the same plan, whatever their `rev`."""
        return self.task_id, self.recipient_id, self.kind, self.due, self.fire_at

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id} → {self.recipient_id} at {self.fire_at:%Y-%m-%d %H:%M}"
