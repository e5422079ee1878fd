"""Deliveries: one row for each message to one recipient over one channel."""

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Least, Now, Power, Random

from core.models import LockingQuerySet, Row

LONGEST_PAUSE = 3600
"""Seconds between two attempts, at most (before jitter)."""

PATIENCE = timedelta(hours=72)
"""How long a delivery is tried before it is given up."""


class State(models.TextChoices):
    PENDING = "PENDING"
    SENDING = "SENDING"
    SENT = "SENT"
    SKIPPED = "SKIPPED"
    DEAD = "DEAD"


UNDECIDED = (State.PENDING.value, State.SENDING.value)
DECIDED = ~Q(state__in=UNDECIDED)
UNSENT = (State.SKIPPED.value, State.DEAD.value)


class DeliveryQuerySet(LockingQuerySet):
    """Deliveries and their changes of state; all times are the database's."""

    def claimed_by(self, claim: uuid.UUID) -> Self:
        """The rows claimed by this claim; none once its lease ended and another claimed them."""
        return self.filter(state=State.SENDING, claim=claim)

    def decided(self) -> Self:
        """Those sent, skipped or given up; `next_at` is when that was decided."""
        return self.filter(DECIDED)

    def older_than(self, age: timedelta) -> Self:
        """Those enqueued longer ago than that."""
        return self.filter(created_at__lt=Now() - age)

    def take(self, claim: uuid.UUID, lease: float) -> int:
        """Begin an attempt: replace the claim by one that only this sender knows."""
        until = Now() + timedelta(seconds=lease)
        return self.update(claim=claim, next_at=until, attempts=F("attempts") + 1)

    def postpone(self, reason: str, *, begun: bool = True) -> int:
        """Try again after a pause that doubles with each attempt, plus up to a quarter of jitter.

        An attempt that was not `begun` by `take` is counted here.
        """
        attempts = F("attempts") + (0 if begun else 1)
        doubling = Least(Value(LONGEST_PAUSE), Power(Value(2), Least(attempts, Value(20))))
        pause = models.ExpressionWrapper(
            Value(timedelta(seconds=1)) * doubling * (1 + Random() / 4),
            output_field=models.DurationField(),
        )
        return self.update(
            state=State.PENDING,
            claim=None,
            reason=reason,
            next_at=Now() + pause,
            attempts=attempts,
        )

    def put_off(self, seconds: float, reason: str) -> int:
        """Make it due after so many seconds; what was not begun is no attempt."""
        until = Now() + timedelta(seconds=seconds)
        return self.update(state=State.PENDING, claim=None, reason=reason, next_at=until)

    def renew(self) -> int:
        """Send decided deliveries again, as a new generation with all its attempts."""
        return self.decided().update(
            state=State.PENDING,
            generation=F("generation") + 1,
            attempts=0,
            reason="",
            queued_at=Now(),
            next_at=Now(),
        )

    def close(self, state: State, reason: str | Combinable = "", *, attempts: int = 0) -> int:
        """Set a final state; `attempts` are those not counted by `take`."""
        return self.update(
            state=state,
            claim=None,
            reason=reason,
            sent_at=Now() if state is State.SENT else F("sent_at"),
            next_at=Now(),
            attempts=F("attempts") + attempts,
        )


class Delivery(Row):
    """One message to one recipient over one channel, sent once per `dedupe_key`.

    `workspace_id` is None for account mail; `recipient_id` is the id of a person, or of what else
    a channel sends to, without a foreign key, because `accounts` is an upper app. `payload` has
    ids and values of the time it was enqueued; the composer of its kind and channel reads all else
    when it is sent. What a channel records of it is in the channel's own table. While SENDING,
    `next_at` is the end of the lease. What `can_wait` is sent after the others of its workspace.
    """

    State = State

    # Whether a mail is too late must not depend on the clock of who enqueued it.
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    workspace_id = models.UUIDField(null=True, editable=False)
    channel = models.CharField(max_length=16, editable=False)
    kind = models.CharField(max_length=40, editable=False)
    recipient_id = models.UUIDField(editable=False)
    dedupe_key = models.CharField(max_length=255, unique=True, editable=False)
    payload = models.JSONField(default=dict, editable=False)
    # Set when it is enqueued, from what is registered for its kind.
    can_wait = models.BooleanField(db_default=False, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    generation = models.PositiveSmallIntegerField(default=0, editable=False)
    queued_at = models.DateTimeField(db_default=Now(), editable=False)
    next_at = models.DateTimeField(db_default=Now(), editable=False)
    claim = models.UUIDField(null=True, editable=False)
    sent_at = models.DateTimeField(null=True, editable=False)
    reason = models.TextField(blank=True, editable=False)
    request_id = models.CharField(max_length=128, blank=True, editable=False)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.SENDING, claim__isnull=False)
                | (~Q(state=State.SENDING) & Q(claim=None)),
                name="only_a_delivery_being_sent_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(can_wait=False) | Q(workspace_id__isnull=False),
                name="account_mail_cannot_wait",
            ),
        ]
        indexes: ClassVar = [
            # Claiming reads workspace by workspace, and counts the claims of each.
            models.Index(
                fields=["workspace_id", "can_wait", "next_at"],
                name="deliveries_due",
                condition=Q(state__in=UNDECIDED),
            ),
            models.Index(
                fields=["workspace_id"],
                name="deliveries_leased",
                condition=Q(state=State.SENDING),
            ),
            # With what staff and monitoring count of those that wait.
            models.Index(
                fields=["queued_at"],
                name="deliveries_by_patience",
                condition=Q(state__in=UNDECIDED),
                include=["channel", "attempts"],
            ),
            models.Index(fields=["next_at"], name="deliveries_decided", condition=DECIDED),
            # Whether a channel has sent anything since its last failure.
            models.Index(
                fields=["channel", "sent_at"],
                name="deliveries_sent",
                condition=Q(sent_at__isnull=False),
            ),
            # The admin lists and counts by these, newest first. Most are sent.
            models.Index(
                fields=["state", "-id"],
                name="deliveries_unsent",
                condition=Q(state__in=UNSENT),
                include=["channel", "next_at"],
            ),
            models.Index(fields=["channel", "-id"], name="deliveries_by_channel"),
            models.Index(fields=["kind", "-id"], name="deliveries_by_kind"),
            models.Index(fields=["recipient_id", "-created_at"], name="deliveries_to_a_person"),
            models.Index(fields=["workspace_id", "-created_at"], name="deliveries_of_a_workspace"),
        ]

    def __str__(self) -> str:
        return self.dedupe_key
