"""Everything that changes a delivery: enqueueing, claiming, sending, resending, erasing."""

from outbox.services.erasure import erase_deliveries_of
from outbox.services.queue import (
    Claim,
    StillOnItsWay,
    claim_due,
    enqueue,
    enqueue_all,
    is_relay_alive,
    note_relay,
    release,
    resend,
    sweep,
    unused,
)
from outbox.services.sending import deliver

__all__ = [
    "Claim",
    "StillOnItsWay",
    "claim_due",
    "deliver",
    "enqueue",
    "enqueue_all",
    "erase_deliveries_of",
    "is_relay_alive",
    "note_relay",
    "release",
    "resend",
    "sweep",
    "unused",
]
