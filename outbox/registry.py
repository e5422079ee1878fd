"""What apps register: channels, composers of deliveries, and reviews of messages."""

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
    """Returned instead of a message: the delivery will not be sent, for this reason."""

    reason: str


@dataclass(frozen=True)
class Later:
    """Returned instead of a draft: this is no attempt; it is composed anew after `seconds`."""

    seconds: float
    reason: str


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What an error while sending means for the delivery.

    It is tried again unless it `is_final`. Errors not `is_expected` are logged with a traceback.
    `outage` says what is wrong with the channel itself, if anything is; it is shown to everybody.
    """

    reason: str
    is_final: bool = False
    is_expected: bool = True
    outage: str = ""


class Channel(ABC, Generic[Draft, Message]):
    """A way to send deliveries; queue, relay and workers are the same for all channels.

    A composer makes a draft from rows, `render` a message from the draft. The types of both are
    the channel's own: the outbox only passes them on.
    """

    @abstractmethod
    def render(self, delivery: Delivery, draft: Draft) -> Message:
        """The message to send. Called without a transaction; must not read the database."""

    @abstractmethod
    def send(self, delivery: Delivery, message: Message) -> str:
        """Send the message; returns the other side's receipt, or "". No transaction is open."""

    def record(self, delivery: Delivery, message: Message) -> None:
        """Save what is about to be sent, in the transaction that begins the attempt."""

    def after_sent(self, delivery: Delivery, message: Message, receipt: str) -> None:
        """Called after the delivery was saved as sent."""

    def classify(self, error: Exception) -> Failure:
        """Classify an error of `send`."""
        return Failure(reason=reason_of(error), is_expected=isinstance(error, OSError))

    def record_outage(self, outage: str) -> None:
        """Save that the channel itself fails, and why."""

    def disconnect(self) -> None:
        """Close the connections of this thread."""

    def erase(self, *, to: Collection[UUID], naming: Collection[UUID]) -> None:
        """Erase the addresses of deliveries `to` a person, and the texts of those `naming` them."""


Composer = Callable[[Delivery], Any]
"""Makes a draft for its channel, a Skip or a Later, from rows; then its transaction ends.

A Skip is saved in the same transaction, under the locks of the composer.
"""
Review = Callable[[Delivery, Any], Any]
"""Returns a message, changed or not, or a Skip, in the transaction that begins the attempt."""

_channels: dict[str, Channel[Any, Any]] = {}
_composers: dict[str, dict[str, Composer]] = defaultdict(dict)
_reviews: dict[str, list[Review]] = defaultdict(list)
_patient: set[tuple[str, str]] = set()
"""Channel and kind of what can wait."""


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
    """Close this thread's connections of all channels."""
    for channel in _channels.values():
        channel.disconnect()


def composes(kind: str, *, channel: str, can_wait: bool = False) -> Callable[[Function], Function]:
    """Register the decorated function as the composer of this kind for this channel.

    What `can_wait` is sent after everything else of its workspace, as there may be a flood of it.
    """

    def register(composer: Function) -> Function:
        if kind in _composers[channel]:
            raise Duplicate(f"There is a composer of {kind!r} for {channel!r} already.")
        _composers[channel][kind] = composer
        if can_wait:
            _patient.add((channel, kind))
        return composer

    return register


def kinds(channel: str) -> set[str]:
    """All kinds of deliveries that have a composer for the channel."""
    return set(_composers[channel])


def can_wait(channel: str, kind: str) -> bool:
    """Whether deliveries of this kind are sent after the others of their workspace."""
    return (channel, kind) in _patient


def reviews(*, channel: str) -> Callable[[Function], Function]:
    """Register the decorated function as a Review of all messages of the channel."""

    def register(review: Function) -> Function:
        _reviews[channel].append(review)
        return review

    return register


def compose(delivery: Delivery) -> Any:
    """The draft of the delivery, a Skip or a Later.

    LookupError for an unknown kind, so that it is tried again, perhaps by a newer version.
    """
    return _composers[delivery.channel][delivery.kind](delivery)


def review(delivery: Delivery, message: Any) -> Any:
    """The message after all reviews of its channel, or the first Skip."""
    for each in _reviews[delivery.channel]:
        if isinstance(message, Skip):
            break
        message = each(delivery, message)
    return message


def reason_of(error: Exception) -> str:
    """The text of an error for `Delivery.reason`."""
    return f"{type(error).__name__}: {error}"[:LONGEST_REASON]
