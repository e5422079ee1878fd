"""The range of valid dates, narrower than that of Python's `date`, days, and names of time zones.

Converted to another time zone, the first and the last `date` do not fit into a `datetime`.
"""

from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.utils import timezone

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2999, 12, 31)
BOUNDS = f"From {FIRST_DAY} to {LAST_DAY}."


def is_plannable(day: date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY


def check_day(day: date) -> None:
    """Raise ValidationError for a date outside of FIRST_DAY to LAST_DAY."""
    if not is_plannable(day):
        raise ValidationError(BOUNDS, code="out_of_range")


@cache
def time_zones() -> frozenset[str]:
    """The names of the IANA time zone database; kept, because they are files in many folders."""
    return frozenset(available_timezones())


def today_in(time_zone: str) -> date:
    return timezone.now().astimezone(ZoneInfo(time_zone)).date()


def start_of(day: date, time_zone: str) -> datetime:
    """The first moment of the day."""
    return datetime.combine(day, time.min, ZoneInfo(time_zone))


def end_of(day: date, time_zone: str) -> datetime:
    """The first moment of the day after."""
    return start_of(day + timedelta(days=1), time_zone)
