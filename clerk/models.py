"""Account matches, and records and receipts of Clerk's messages."""

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
    """`newcomer`, an account of a provider, may be the same person as `holder`, who has `email`.

    Deleted with the newcomer when they are joined; KEPT_APART ones stay, so none is added again.
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
        """Lock the record, created if needed, so that its messages are applied one by one."""
        self.bulk_create([ExternalRecord(id=external_id)], ignore_conflicts=True)
        return self.select_for_update(no_key=True).get(pk=external_id)


class ExternalRecord(models.Model):
    """The time of the newest message about an object of the provider; kept after its deletion."""

    id = models.CharField(max_length=160, primary_key=True)
    heard_at = models.BigIntegerField(default=0, help_text="Milliseconds, by the provider's clock.")
    is_deleted = models.BooleanField(default=False)

    objects = ExternalRecordQuerySet.as_manager()

    def __str__(self) -> str:
        return self.id

    def learns(self, at: int) -> bool:
        """Record a change; False if the object was deleted, or a newer message was recorded."""
        if self.is_deleted or at < self.heard_at:
            return False
        self._hear(at, is_deleted=False)
        return True

    def returns(self, at: int) -> bool:
        """Record a change of an object that can be created again after its deletion; else False."""
        if at < self.heard_at + self.is_deleted:
            return False
        self._hear(at, is_deleted=False)
        return True

    def ends(self, at: int) -> bool:
        """Record a deletion; False if a newer message was recorded."""
        if at < self.heard_at:
            return False
        self._hear(at, is_deleted=True)
        return True

    def _hear(self, at: int, *, is_deleted: bool) -> None:
        self.heard_at, self.is_deleted = at, is_deleted
        self.save(update_fields=["heard_at", "is_deleted"])


class WebhookReceipt(models.Model):
    """A message of the provider that was applied or deferred, so that it is not applied again."""

    id = models.CharField(max_length=255, primary_key=True)
    kind = models.CharField(max_length=100)
    received_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["received_at"], name="webhook_receipts_by_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"
