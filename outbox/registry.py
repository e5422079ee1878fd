"""What apps register: the channels there are, who composes what for them, and who reviews it."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from uuid import UUID

from outbox.models import Delivery

LONGEST_REASON = 2000

Draft = TypeVar("Draft")
Message = TypeVar("Message")
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Skip:
    """Why a delivery is not to be sent any more."""

    reason: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What an error met while sending means for the delivery.

    It is tried again unless it `is_final`; what is not `is_expected` is logged with its traceback.
    `outage` says in words anybody may read what is wrong with the channel itself, if anything is.
    """

    reason: str
    is_final: bool = False
    is_expected: bool = True
    outage: str = ""


class Channel(ABC, Generic[Draft, Message]):
    """One way to reach people; the queue, the relay and the workers are the same for all.

    A composer of the channel makes a draft from rows, `render` a message from the draft. Both
    belong to the channel: nobody else looks into them.
    """

    @abstractmethod
    def render(self, delivery: Delivery, draft: Draft) -> Message:
        """The message to send. No row is locked; everything it needs is in the draft."""

    @abstractmethod
    def send(self, delivery: Delivery, message: Message) -> str:
        """Return once the other side has taken the message, with its receipt or "".

        No transaction is open.
        """

    def record(self, delivery: Delivery, message: Message) -> None:
        """Write down what is about to be sent, in the transaction that takes the claim."""

    def after_sent(self, delivery: Delivery, message: Message, receipt: str) -> None:
        """What follows once it is written down that the message is sent."""

    def classify(self, error: Exception) -> Failure:
        """What an error of `send` means."""
        return Failure(reason=reason_of(error), is_expected=isinstance(error, OSError))

    def record_outage(self, outage: str) -> None:
        """Remember that the channel itself fails, and why."""

    def disconnect(self) -> None:
        """Close what this thread keeps open."""

    def erase(self, *, to: Collection[UUID], naming: Collection[UUID]) -> None:
        """Blank the addresses of deliveries `to` a person, and the words of those `naming` them."""


Composer = Callable[[Delivery], Any]
"""Makes a draft for its channel, or a Skip, from rows read afresh; then its transaction ends.

The Skip is written down under them.
"""
Review = Callable[[Delivery, Any], Any]
"""Passes on a message, changes it or makes it a Skip, in the transaction that takes the claim."""

_channels: dict[str, Channel[Any, Any]] = {}
_composers: dict[str, dict[str, Composer]] = defaultdict(dict)
_reviews: dict[str, list[Review]] = defaultdict(list)


class Duplicate(Exception):
    """Something is registered a second time."""


def register_channel(name: str, channel: Channel[Any, Any]) -> None:
    if name in _channels:
        raise Duplicate(f"There is a channel {name!r} already.")
    _channels[name] = channel


def channel_named(name: str) -> Channel[Any, Any] | None:
    return _channels.get(name)


def channels() -> dict[str, Channel[Any, Any]]:
    """Every channel, by name."""
    return dict(_channels)


def disconnect() -> None:
    """Close what this thread keeps open for any channel."""
    for channel in _channels.values():
        channel.disconnect()


def composes(kind: str, *, channel: str) -> Callable[[Function], Function]:
    """Have the decorated function compose every delivery of this kind for this channel."""

    def register(composer: Function) -> Function:
        if kind in _composers[channel]:
            raise Duplicate(f"There is a composer of {kind!r} for {channel!r} already.")
        _composers[channel][kind] = composer
        return composer

    return register


def kinds(channel: str) -> set[str]:
    """Every kind of delivery somebody composes for the channel."""
    return set(_composers[channel])


def reviews(*, channel: str) -> Callable[[Function], Function]:
    """Have the decorated function see every message of the channel, of every kind."""

    def register(review: Function) -> Function:
        _reviews[channel].append(review)
        return review

    return register


def compose(delivery: Delivery) -> Any:
    """The draft as it has to be now, or a Skip.

    An unknown kind is a LookupError, so that it is tried later.
    """
    return _composers[delivery.channel][delivery.kind](delivery)


def review(delivery: Delivery, message: Any) -> Any:
    """The message as the reviews of its channel let it pass, or a Skip."""
    for each in _reviews[delivery.channel]:
        if isinstance(message, Skip):
            break
        message = each(delivery, message)
    return message


def reason_of(error: Exception) -> str:
    """An error as a delivery keeps it."""
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]
