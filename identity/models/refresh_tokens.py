"""What keeps a session's clients signed in."""

from typing import ClassVar

from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone

from core.models import uuid7


class RefreshToken(models.Model):
    """A refresh token that was not spent yet; spending it makes the row that of its successor.

    The id is the token's `jti`. The row ends with its session, by `ON DELETE CASCADE` in the
    migration: sessions are deleted in many ways, and Django knows of no foreign key here.
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
