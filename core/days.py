"""The range of valid dates, narrower than that of Python's `date`, and the names of time zones.

Converted to another time zone, the first and the last `date` do not fit into a `datetime`.
"""

from datetime import date
from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

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
