"""Accounts that may be one person's twice, for staff to decide."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

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
