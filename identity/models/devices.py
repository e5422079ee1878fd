"""From where somebody has signed in."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from accounts.models import User
from core.models import Row


class KnownDevice(Row):
    """A kind of browser in a part of the internet somebody has signed in from; as a hash."""

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
