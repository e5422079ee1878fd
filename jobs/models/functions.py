"""What is recorded of background functions: their runs, and figures of those that are not kept."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.functions import LONGEST_NAME, LONGEST_REASON
from core.models import LockingQuerySet, Row

LONGEST_ORDER_KEY = 160


class RunState(models.TextChoices):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


class RunTrigger(models.TextChoices):
    SCHEDULE = "SCHEDULE"
    EVENT = "EVENT"
    MANUAL = "MANUAL"


UNENDED = (RunState.WAITING.value, RunState.RUNNING.value)


class FunctionRunQuerySet(LockingQuerySet):
    def unended(self) -> "FunctionRunQuerySet":
        return self.filter(state__in=UNENDED)


class FunctionRun(Row):
    """A run that an event or staff asked for, or one by a schedule that failed or was slow.

    The row is the truth of those that were asked for: whoever has the `claim` may run it until
    `next_at`; of a run that nobody has, that is when it is due. `payload` are ids and codes,
    `personal` is empty once the run has succeeded. Runs of a function with the same `order_key`
    follow each other by `order_at`. One by a schedule that failed in the same way again soon after
    is counted in `attempts`.
    """

    State = RunState
    Trigger = RunTrigger

    function = models.CharField(max_length=LONGEST_NAME)
    trigger = models.CharField(max_length=8, choices=RunTrigger)
    state = models.CharField(max_length=9, choices=RunState, default=RunState.WAITING)
    payload = models.JSONField(default=dict)
    personal = models.JSONField(default=dict, editable=False)
    order_key = models.CharField(max_length=LONGEST_ORDER_KEY, blank=True)
    order_at = models.BigIntegerField(default=0, editable=False)
    attempts = models.PositiveIntegerField(default=0)
    deaths = models.PositiveIntegerField(default=0, editable=False)
    """How many workers in a row have died while they ran it."""
    error = models.CharField(max_length=LONGEST_REASON, blank=True)
    """The last one, also of an attempt that others followed."""
    claim = models.UUIDField(null=True, editable=False)
    next_at = models.DateTimeField(db_default=Now(), editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    """The beginning of the last attempt."""
    finished_at = models.DateTimeField(null=True, editable=False)
    milliseconds = models.PositiveIntegerField(null=True, editable=False)
    """How long the last attempt took."""
    requested_by_id = models.UUIDField(null=True, editable=False)
    replay_of = models.OneToOneField(
        "self", models.SET_NULL, null=True, related_name="replay", editable=False
    )

    objects = FunctionRunQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["function"],
                name="one_run_by_hand_at_a_time",
                condition=Q(trigger=RunTrigger.MANUAL, state__in=UNENDED),
            ),
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="run_state_known"),
            models.CheckConstraint(
                condition=Q(trigger__in=RunTrigger.values), name="run_trigger_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["created_at", "id"], name="runs_by_age"),
            models.Index(fields=["function", "created_at", "id"], name="runs_of_a_function"),
            models.Index(fields=["state", "created_at", "id"], name="runs_by_state"),
            models.Index(fields=["next_at"], name="runs_due", condition=Q(state__in=UNENDED)),
            models.Index(
                fields=["function", "order_key", "state", "order_at"],
                name="runs_in_order",
                condition=~Q(order_key=""),
            ),
            models.Index(
                fields=["finished_at"], name="runs_by_end", condition=Q(finished_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.function} {self.state}"


class FunctionFigures(models.Model):
    """How often a function has run, by whatever trigger, and how it went last."""

    name = models.CharField(max_length=LONGEST_NAME, primary_key=True)
    runs = models.BigIntegerField(default=0)
    failures = models.BigIntegerField(default=0)
    started_at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    failed_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=LONGEST_REASON, blank=True)

    class Meta:
        verbose_name_plural = "figures of functions"

    def __str__(self) -> str:
        return self.name
