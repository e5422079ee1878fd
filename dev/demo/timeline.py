"""Stories of the past: what services write is dated by a clock that is set back while they run."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta, tzinfo
from heapq import heappop, heappush
from itertools import count
from types import SimpleNamespace
from unittest import mock

from django.utils import timezone

Story = Iterator[float]
"""Yields the time of each of its steps, in days from now, and then does the step."""


class Timeline:
    """Stories that go on beside each other, step by step in the order of time.

    So events get their numbers in the order of their dates, as in real work.
    """

    def __init__(self) -> None:
        self._today = timezone.localdate()
        self._order = count()
        self._waiting: list[tuple[float, int, Story]] = []

    def begin(self, story: Story) -> None:
        if (when := next(story, None)) is not None:
            heappush(self._waiting, (when, next(self._order), story))

    def run(self) -> None:
        """Until all stories have ended; a step whose time is over is done at once."""
        latest = -float("inf")
        while self._waiting:
            when, _, story = heappop(self._waiting)
            latest = max(latest, when)
            with _clock_moved_by(timedelta(days=latest)):
                self.begin(story)

    def day(self, offset: int | None) -> date | None:
        """The date `offset` days from today."""
        return None if offset is None else self._today + timedelta(days=offset)


@contextmanager
def _clock_moved_by(shift: timedelta) -> Iterator[None]:
    """Let `django.utils.timezone.now` tell another time, also where it is a field's default."""

    def now(tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + shift

    with mock.patch.object(timezone, "datetime", SimpleNamespace(now=now)):
        yield
