"""Deliveries, the recorded mails, mail failures and running relays."""

from outbox.models.deliveries import (
    DECIDED,
    PATIENCE,
    UNDECIDED,
    Delivery,
    DeliveryQuerySet,
    State,
)
from outbox.models.mail import MailContent, MailContentQuerySet, MailFailure
from outbox.models.relays import RelayProcess

__all__ = [
    "DECIDED",
    "PATIENCE",
    "UNDECIDED",
    "Delivery",
    "DeliveryQuerySet",
    "MailContent",
    "MailContentQuerySet",
    "MailFailure",
    "RelayProcess",
    "State",
]
