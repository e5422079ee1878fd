"""When a mail may go: after quiet hours, or at the next time of a digest, by a person's clock.

Times of day that the clocks skip come as late after the gap as they would have been in it; of
those that come twice, the first begins or ends quiet hours, or is the time of the digest.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from notifications.models import Digest, MailSchedule, NotificationKind

NEVER_WAITING = {
    NotificationKind.ASSIGNED,
    NotificationKind.INVITED,
    NotificationKind.JOB_ENDED,
}
"""Kinds whose mails go at any hour. So do mails about accounts, which are of no kind."""
TIME_BOUND = {NotificationKind.DUE_SOON, NotificationKind.DUE_TODAY, NotificationKind.OVERDUE}
"""Kinds whose mails wait for the end of quiet hours, but for no digest."""
DAY = timedelta(days=1)
WEEK_AND_MARGIN = 10
"""Days in which every weekday comes, even where a change of the time zone skips a date."""


class Clock(NamedTuple):
    """A person's time: now by the database's clock, their time zone, and their schedule."""

    now: datetime
    zone: ZoneInfo
    schedule: MailSchedule


def goes_at(kind: str, clock: Clock) -> datetime:
    """When a mail of this kind may go at the earliest, other than in a digest."""
    return clock.now if kind in NEVER_WAITING else after_quiet_hours(clock.now, clock)


def waits_for_digest(kind: str, clock: Clock) -> bool:
    """Whether this is mailed in a digest."""
    has_digest = clock.schedule.digest != Digest.OFF
    return has_digest and kind not in NEVER_WAITING and kind not in TIME_BOUND


def after_quiet_hours(at: datetime, clock: Clock) -> datetime:
    """The instant itself, or if it is in quiet hours the end of them."""
    if not is_quiet(at, clock):
        return at
    until = clock.schedule.quiet_until or time.min
    ends = _instants_of(until, at - DAY, clock.zone, folds=(0, 1))
    return next(end for end in ends if end > at and not is_quiet(end, clock))


def is_quiet(at: datetime, clock: Clock) -> bool:
    """Whether the person's clock shows a time in their quiet hours; their end is not quiet."""
    begin, end = clock.schedule.quiet_from, clock.schedule.quiet_until
    if begin is None or end is None:
        return False
    shown = at.astimezone(clock.zone).time()
    if begin <= end:
        return begin <= shown < end
    return shown >= begin or shown < end


def next_digest(after: datetime, clock: Clock) -> datetime:
    """The first time of the person's digest after this instant; quiet hours are not considered."""
    schedule, zone = clock.schedule, clock.zone
    is_weekly = schedule.digest == Digest.WEEKLY
    weekday = schedule.digest_weekday if is_weekly else None
    times = _instants_of(schedule.digest_at, after - DAY, zone, weekday=weekday)
    return next(at for at in times if at > after)


def _instants_of(
    shown: time,
    since: datetime,
    zone: ZoneInfo,
    *,
    folds: tuple[int, ...] = (0,),
    weekday: int | None = None,
) -> Iterator[datetime]:
    """When the clock shows this time, on each day from that of `since`, in UTC and ascending."""
    first = since.astimezone(zone).date()
    days = (first + n * DAY for n in range(WEEK_AND_MARGIN))
    for day in days:
        if weekday is None or day.weekday() == weekday:
            here = datetime.combine(day, shown, tzinfo=zone)
            yield from sorted({here.replace(fold=fold).astimezone(UTC) for fold in folds})
