"""What Clerk has told us."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from core.models import LockingQuerySet, Row


class MatchState(models.TextChoices):
    OPEN = "OPEN"
    KEPT_APART = "KEPT_APART"


class AccountMatch(Row):
    """The `newcomer` came from a provider without an address; the `holder` has it here.

    A match that was joined is gone, with the newcomer; one that was kept apart is not asked again.
    """

    State = MatchState

    newcomer = models.OneToOneField(User, models.CASCADE, related_name="+")
    holder = models.ForeignKey(User, models.CASCADE, related_name="+")
    email = models.EmailField()
    state = models.CharField(max_length=10, choices=MatchState, default=MatchState.OPEN)

    objects = LockingQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "account matches"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=MatchState.values), name="match_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.newcomer_id} is {self.holder_id}?"


class ExternalRecordQuerySet(models.QuerySet["ExternalRecord"]):
    def claimed(self, external_id: str) -> "ExternalRecord":
        """The record, made if need be and locked: news of one thing are taken one by one."""
        self.bulk_create([ExternalRecord(id=external_id)], ignore_conflicts=True)
        return self.select_for_update(no_key=True).get(pk=external_id)


class ExternalRecord(models.Model):
    """How far we have heard of what an identity provider owns; it outlives what it tells of."""

    id = models.CharField(max_length=160, primary_key=True)
    heard_at = models.BigIntegerField(default=0, help_text="Milliseconds, by the provider's clock.")
    is_deleted = models.BooleanField(default=False)

    objects = ExternalRecordQuerySet.as_manager()

    def __str__(self) -> str:
        return self.id

    def learns(self, at: int) -> bool:
        """Whether this is news about something that is there; if so it is remembered."""
        if self.is_deleted or at < self.heard_at:
            return False
        self._hear(at, is_deleted=False)
        return True

    def returns(self, at: int) -> bool:
        """The same for what may come back after it was deleted, such as a membership."""
        if at < self.heard_at + self.is_deleted:
            return False
        self._hear(at, is_deleted=False)
        return True

    def ends(self, at: int) -> bool:
        """Whether it ended after all we have heard; if so it is remembered."""
        if at < self.heard_at:
            return False
        self._hear(at, is_deleted=True)
        return True

    def _hear(self, at: int, *, is_deleted: bool) -> None:
        self.heard_at, self.is_deleted = at, is_deleted
        self.save(update_fields=["heard_at", "is_deleted"])


class WebhookReceipt(models.Model):
    """A message of a provider that was acted upon, kept so that it is acted upon once."""

    id = models.CharField(max_length=255, primary_key=True)
    kind = models.CharField(max_length=100)
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["received_at"], name="webhook_receipts_by_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
