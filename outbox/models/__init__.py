"""Deliveries, and what is kept beside them."""

from outbox.models.deliveries import (
    DECIDED,
    HAS_WORDS,
    PATIENCE,
    UNDECIDED,
    Delivery,
    DeliveryQuerySet,
    Heartbeat,
    MailFailure,
    State,
)

__all__ = [
    "DECIDED",
    "HAS_WORDS",
    "PATIENCE",
    "UNDECIDED",
    "Delivery",
    "DeliveryQuerySet",
    "Heartbeat",
    "MailFailure",
    "State",
]
