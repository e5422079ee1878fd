"""The days the product plans with, far enough from both ends of Python's calendar.

In some zone the first and the last day that a `date` can hold lie outside of what a `datetime` can.
"""

from datetime import date

from django.core.exceptions import ValidationError

FIRST_DAY = date(1900, 1, 1)
LAST_DAY = date(2999, 12, 31)
BOUNDS = f"From {FIRST_DAY} to {LAST_DAY}."


def is_plannable(day: date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY


def check_day(day: date) -> None:
    """Refuse days nobody plans for."""
    if not is_plannable(day):
        raise ValidationError(BOUNDS, code="out_of_range")
