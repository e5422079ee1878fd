"""Everything that changes a delivery: enqueueing, claiming, sending, resending, erasing."""

from outbox.services.erasure import erase_deliveries_of, erase_texts_in
from outbox.services.figures import Figures, figures_by_channel
from outbox.services.queue import (
    AlreadyDecided,
    BeingSent,
    Claim,
    StillOnItsWay,
    cancel,
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
    "AlreadyDecided",
    "BeingSent",
    "Claim",
    "Figures",
    "StillOnItsWay",
    "cancel",
    "claim_due",
    "deliver",
    "enqueue",
    "enqueue_all",
    "erase_deliveries_of",
    "erase_texts_in",
    "figures_by_channel",
    "is_relay_alive",
    "note_relay",
    "release",
    "resend",
    "sweep",
    "unused",
]
