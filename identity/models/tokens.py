"""Keys people hand to their programs."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.models import User
from core.actor import Asking, Scope, person_in
from core.models import LockingQuerySet, Row


class PersonalTokenQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        return self.filter(user=person_in(asking), revoked_at=None)

    def of(self, person: User) -> Self:
        """The person's, as long as they are not revoked."""
        return self.filter(user=person, revoked_at=None)

    def usable(self) -> Self:
        """Neither revoked nor expired, of somebody who may sign in."""
        return self.filter(
            revoked_at=None,
            expires_at__gt=timezone.now(),
            user__is_active=True,
            user__deleted_at=None,
        )


class PersonalToken(Row):
    """A key for a person's programs; only its digest is kept, so nobody can show it again."""

    user = models.ForeignKey(User, models.CASCADE, related_name="personal_tokens")
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=5, choices=Scope))
    workspace_ids = ArrayField(models.UUIDField(), null=True, blank=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PersonalTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
