"""Whether the current transaction is a dry run, which is rolled back; and what it has published."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

_published: ContextVar[list[Any] | None] = ContextVar("published", default=None)


def is_dry_run() -> bool:
    """Whether what is written now will be rolled back, whatever happens."""
    return _published.get() is not None


@contextmanager
def dry_run() -> Iterator[list[Any]]:
    """A dry run; yields the list of the events it publishes. The caller rolls back."""
    published: list[Any] = []
    before = _published.set(published)
    try:
        yield published
    finally:
        _published.reset(before)


def note(events: Sequence[Any]) -> None:
    """Remember the events if this is a dry run."""
    if (published := _published.get()) is not None:
        published.extend(events)
