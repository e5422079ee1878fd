"""Known devices, refresh tokens and personal tokens."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.models import Session
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from core.actor import Asking, Scope, person_in
from core.models import LockingQuerySet, Row, uuid7


class KnownDevice(Row):
    """A browser and network from which a person has signed in, as a hash."""

    user = models.ForeignKey(User, models.CASCADE, related_name="known_devices", editable=False)
    fingerprint = models.CharField(max_length=64, editable=False)
    seen_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["seen_at"], name="known_devices_by_use")]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "fingerprint"], name="device_known_once")
        ]

    def __str__(self) -> str:
        return self.fingerprint


class RefreshToken(models.Model):
    """A refresh token that is not used yet; using it gives the row the id of the next one.

    The id is the token's `jti`. The row is deleted with its session, by `ON DELETE CASCADE` in
    the migration: allauth and Django delete sessions in many ways.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    session = models.ForeignKey(
        Session,
        models.DO_NOTHING,
        related_name="refresh_tokens",
        db_constraint=False,
        db_index=False,  # the index below begins with it
        editable=False,
    )
    previous_id = models.UUIDField(null=True, editable=False)
    rotated_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["session", "rotated_at"], name="refresh_tokens_by_age")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PersonalTokenQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        return self.filter(user=person_in(asking), revoked_at=None)

    def usable(self, now: Any) -> Self:
        """Neither revoked nor expired, of an active person."""
        return self.filter(
            revoked_at=None,
            expires_at__gt=now,
            user__is_active=True,
            user__deleted_at=None,
        )


class PersonalToken(Row):
    """A token for a person's programs; only its digest is stored, so it cannot be shown again."""

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
