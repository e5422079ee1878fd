"""Which relays run."""

from django.db import models
from django.db.models.functions import Now


class RelayProcess(models.Model):
    """When a relay was last seen at work; `name` is host and process."""

    name = models.CharField(max_length=120, primary_key=True, editable=False)
    seen_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name_plural = "relay processes"

    def __str__(self) -> str:
        return self.name
