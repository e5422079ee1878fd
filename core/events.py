"""Domain events: published by services, received synchronously in the same transaction."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction

from core.actor import Actor
from core.dry_runs import note

Changes = dict[str, dict[str, Any]]
"""Changed fields: `{field: {"old": …, "new": …}}`, with values that JSON can express."""
IMPORT = "import"
"""The origin of events about what comes from a file of another product."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of events: something that happened to a row, which subclasses have as a field.

    `past_values` has what else of the row was different before, if no other event tells: from it
    the past is read, and it is shown to nobody. `origin` is IMPORT for what was imported, "" for
    what somebody did: nobody is told of imported history.
    """

    actor: Actor
    changes: Changes = field(default_factory=dict)
    past_values: dict[str, Any] = field(default_factory=dict)
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class WorkspaceOpened(Event):
    """A member reads something in the workspace for the first time since they were added."""

    workspace_id: UUID


E = TypeVar("E", bound=Event)
Receiver = Callable[[E], None]
BatchReceiver = Callable[[Sequence[E]], None]

_names: dict[type[Event], tuple[str, str]] = {}
_receivers: dict[type[Event], list[Callable[[Sequence[Any]], None]]] = defaultdict(list)


def subscribe(event: type[E]) -> Callable[[Receiver[E]], Receiver[E]]:
    """Call the decorated function with every event of exactly this class, not of subclasses."""

    def register(receiver: Receiver[E]) -> Receiver[E]:
        def one_by_one(events: Sequence[E]) -> None:
            for published in events:
                receiver(published)

        _receivers[event].append(one_by_one)
        return receiver

    return register


def subscribe_batch(event: type[E]) -> Callable[[BatchReceiver[E]], BatchReceiver[E]]:
    """As `subscribe`, for a function that takes all events of one `publish_all` in one call."""

    def register(receiver: BatchReceiver[E]) -> BatchReceiver[E]:
        _receivers[event].append(receiver)
        return receiver

    return register


def publish(event: Event) -> None:
    """Call the subscribers; what they write is committed or rolled back with the change itself."""
    publish_all([event])


def publish_all(events: Sequence[Event]) -> None:
    """As `publish`, for many events of one class; each subscriber gets all before the next one."""
    if not events:
        return
    kind = type(events[0])
    if not transaction.get_connection().in_atomic_block:
        message = f"{kind.__name__} was published outside a transaction"
        raise RuntimeError(message)
    for receiver in _receivers[kind]:
        receiver(events)
    note(events)


def subscribers(event: type[Event]) -> list[Callable[[Sequence[Any]], None]]:
    """The functions subscribed to this class of event."""
    return list(_receivers[event])


def give_name(event: type[Event], *, entity: str, action: str) -> None:
    """What clients are told of this class of event: the kind of row, and what happens to it."""
    _names[event] = (entity, action)


def name_of(event: Event) -> tuple[str, str] | None:
    """The entity and the action that clients are told; None if they are told nothing."""
    return _names.get(type(event))
