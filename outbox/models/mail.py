"""Tables of the channel for mail: recorded mails, and failures of the server."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from outbox.models.deliveries import Delivery

HAS_WORDS = ~Q(subject="", text="", html="")


class MailContentQuerySet(models.QuerySet["MailContent"]):
    def with_words(self) -> Self:
        """Those whose subject and texts are not yet removed."""
        return self.filter(HAS_WORDS)


class MailContent(models.Model):
    """The mail of a delivery as of the last attempt, at `composed_at`; secrets are masked.

    Written in the transaction that begins the attempt, before the mail is sent.
    """

    delivery = models.OneToOneField(
        Delivery, models.CASCADE, primary_key=True, related_name="mail", editable=False
    )
    workspace_id = models.UUIDField(null=True, editable=False)
    message_id = models.CharField(max_length=255, editable=False)
    address = models.EmailField(blank=True, editable=False)
    subject = models.CharField(max_length=400, blank=True, editable=False)
    text = models.TextField(blank=True, editable=False)
    html = models.TextField(blank=True, editable=False)
    composed_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MailContentQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["composed_at"], name="mails_with_words", condition=HAS_WORDS)
        ]

    def __str__(self) -> str:
        return self.message_id


class MailFailure(models.Model):
    """When mail last failed for this reason, which lies with the server or the settings.

    `reason` is shown to everybody: it contains no address, host or text of the server.
    """

    reason = models.CharField(max_length=100, primary_key=True, editable=False)
    failed_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.reason
