"""What can happen to a delivery."""

from dataclasses import dataclass

from core.events import Event
from outbox.models import Delivery


@dataclass(frozen=True, kw_only=True)
class DeliveryResent(Event):
    """Staff sent it once more on purpose."""

    delivery: Delivery
