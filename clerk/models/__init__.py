"""What Clerk has told us."""

from clerk.models.matches import AccountMatch
from clerk.models.records import ExternalRecord, WebhookReceipt

__all__ = ["AccountMatch", "ExternalRecord", "WebhookReceipt"]
