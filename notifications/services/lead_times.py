"""The instants at which people are reminded: pure functions of a due date and a time zone."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifications.models import LeadTime
from notifications.services.due_dates import due_instant

DAYS_BEFORE = {LeadTime.WEEK: 7, LeadTime.DAY: 1, LeadTime.ON_DAY: 0}


def moment_of(lead_time: str, day: date, hour: time | None, zone: ZoneInfo) -> datetime | None:
    """The instant of the reminder, in UTC; None for an HOUR before a day without a due time.

    Days before and after are counted on the clock of the zone. An hour that a clock skips is as
    much later as it skips; of one that comes twice it is the first.
    """
    if lead_time == LeadTime.OVERDUE and hour is None:
        return due_instant(day + timedelta(days=1), None, zone).astimezone(UTC)
    if lead_time in (LeadTime.HOUR, LeadTime.OVERDUE):
        due = due_instant(day, hour, zone).astimezone(UTC)
        if lead_time == LeadTime.OVERDUE:
            return due + timedelta(hours=24)
        return None if hour is None else due - timedelta(hours=1)
    earlier = day - timedelta(days=DAYS_BEFORE[LeadTime(lead_time)])
    return due_instant(earlier, hour, zone).astimezone(UTC)
