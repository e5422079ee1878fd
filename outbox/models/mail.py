"""What only mail needs: the mail of a delivery, and why mail fails."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from outbox.models.deliveries import Delivery

HAS_WORDS = ~Q(subject="", text="", html="")


class MailContentQuerySet(models.QuerySet["MailContent"]):
    """Contents of mails, chosen."""

    def with_words(self) -> Self:
        """What was written is still kept."""
        return self.filter(HAS_WORDS)


class MailContent(models.Model):
    """The mail of a delivery as it was sent, or was tried to be; secrets are masked.

    Written with the claim, before the mail is sent; `composed_at` is of the last attempt.
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
    """When mail last failed for this reason, which is one of the server or the settings.

    `reason` is for everybody to read: without addresses, names of hosts or words of the server.
    """

    reason = models.CharField(max_length=100, primary_key=True, editable=False)
    failed_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return self.reason
