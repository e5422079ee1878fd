"""People, how they come in, and what identity providers tell of them."""

from accounts.models.attempts import AttemptCount, KnownDevice
from accounts.models.matches import AccountMatch
from accounts.models.people import People, User, check_time_zone
from accounts.models.providers import ExternalRecord, WebhookReceipt
from accounts.models.tokens import PersonalToken, Scope

__all__ = [
    "AccountMatch",
    "AttemptCount",
    "ExternalRecord",
    "KnownDevice",
    "People",
    "PersonalToken",
    "Scope",
    "User",
    "WebhookReceipt",
    "check_time_zone",
]
