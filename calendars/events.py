"""What can happen to a calendar feed."""

from dataclasses import dataclass

from calendars.models import CalendarFeed
from core.events import Event


@dataclass(frozen=True, kw_only=True)
class CalendarFeedAdded(Event):
    feed: CalendarFeed


@dataclass(frozen=True, kw_only=True)
class CalendarFeedRotated(Event):
    """It has a new address; the former one leads nowhere."""

    feed: CalendarFeed


@dataclass(frozen=True, kw_only=True)
class CalendarFeedRevoked(Event):
    feed: CalendarFeed
