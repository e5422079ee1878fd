"""What can happen to a delivery."""

from dataclasses import dataclass

from core.events import Event
from outbox.models import Delivery


@dataclass(frozen=True, kw_only=True)
class DeliveryResent(Event):
    """Staff had a decided delivery sent again."""

    delivery: Delivery


@dataclass(frozen=True, kw_only=True)
class DeliveryCancelled(Event):
    """Staff decided that a delivery is not sent."""

    delivery: Delivery
