"""How long receipts of Clerk's messages are kept."""

from datetime import timedelta

from django.db.models.functions import Now

from clerk.models import WebhookReceipt
from core.retention import delete_batch, retained

RECEIPTS_KEPT_FOR = timedelta(days=90)
"""Longer than the provider repeats a message, by itself or by hand."""


@retained("receipts of webhooks", RECEIPTS_KEPT_FOR)
def remove_webhook_receipts(at_most: int) -> int:
    old = WebhookReceipt.objects.filter(received_at__lt=Now() - RECEIPTS_KEPT_FOR)
    return delete_batch(old.order_by("received_at"), at_most)
