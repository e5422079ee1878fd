"""The relays that are running."""

from django.db import models
from django.db.models.functions import Now


class RelayProcess(models.Model):
    """When a relay last reported itself; `name` is `host:process id`."""

    name = models.CharField(max_length=120, primary_key=True, editable=False)
    seen_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "relay processes"

    def __str__(self) -> str:
        return self.name
