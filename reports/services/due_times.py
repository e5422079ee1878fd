"""When a scheduled report is due, and which days it is about; by the owner's clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reports.models import Period

DAY = timedelta(days=1)
LONGEST_WAIT = 40
"""Days in which every day of a week and of a month comes."""


def next_due(period: str, day: int, hour: int, *, zone: ZoneInfo, after: datetime) -> datetime:
    """The first due time after this instant, in UTC.

    An hour that the clocks skip comes as much later as they skip; of one that comes twice it is
    the first.
    """
    first = after.astimezone(zone).date() - DAY
    for n in range(LONGEST_WAIT):
        shown = first + n * DAY
        if day == (shown.isoweekday() if period == Period.WEEK else shown.day):
            at = datetime.combine(shown, time(hour), tzinfo=zone).astimezone(UTC)
            if at > after:
                return at
    raise ValueError(day)


def range_before(period: str, today: date) -> tuple[date, date]:
    """The first and the last day of the last whole week or month."""
    if period == Period.WEEK:
        monday = today - today.weekday() * DAY
        return monday - 7 * DAY, monday - DAY
    last = today.replace(day=1) - DAY
    return last.replace(day=1), last
