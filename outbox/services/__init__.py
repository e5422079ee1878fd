"""Everything that changes a delivery: queueing here, sending there."""

from outbox.mail.failures import mail_failure, note_failure
from outbox.services.erasure import erase_deliveries_of
from outbox.services.queue import (
    Claim,
    StillOnItsWay,
    beat,
    claim_due,
    enqueue,
    enqueue_all,
    is_relay_alive,
    release,
    resend,
    sweep,
    unused,
)
from outbox.services.sending import deliver

__all__ = [
    "Claim",
    "StillOnItsWay",
    "beat",
    "claim_due",
    "deliver",
    "enqueue",
    "enqueue_all",
    "erase_deliveries_of",
    "is_relay_alive",
    "mail_failure",
    "note_failure",
    "release",
    "resend",
    "sweep",
    "unused",
]
