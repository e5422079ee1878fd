"""What can happen to the log."""

from collections.abc import Sequence
from dataclasses import dataclass

from activity import models
from core.events import Event


@dataclass(frozen=True, kw_only=True)
class Logged(Event):
    """Events were written to the log; they get their numbers when the transaction commits."""

    events: Sequence[models.Event]
