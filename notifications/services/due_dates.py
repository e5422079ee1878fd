"""When a due date comes, and how it is told."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from accounts.models import User
from core.days import is_plannable
from tasks.models import Task

MORNING = time(9)
"""A day without a time begins, for a reminder, at this hour of the recipient's day."""


def due_in_event(task: Task) -> str:
    """The due date as an event tells it: `2026-05-31`, `2026-05-31T17:00:00`, or nothing."""
    day, hour = task.due_date, task.due_time
    if day is None:
        return ""
    return day.isoformat() if hour is None else datetime.combine(day, hour).isoformat()


def due_zone(task: Task, recipient: User, setter: User | None) -> ZoneInfo:
    """Whose clock counts: a time is meant on the clock of the person who set it."""
    timed = task.due_time is not None
    return ZoneInfo(setter.time_zone if timed and setter else recipient.time_zone)


def due_instant(day: date, hour: time | None, zone: ZoneInfo) -> datetime:
    """The instant to remind at."""
    return datetime.combine(day, hour or MORNING, tzinfo=zone)


def due_in_words(task: Task, recipient: User) -> str:
    """For a mail: the day, and the time on the recipient's own clock."""
    if task.due_date is None:
        return ""
    if task.due_time is None or not is_plannable(task.due_date):
        return _day(task.due_date)
    zone = due_zone(task, recipient, task.due_set_by)
    here = due_instant(task.due_date, task.due_time, zone).astimezone(ZoneInfo(recipient.time_zone))
    return f"{_day(here.date())} at {here:%H:%M} ({recipient.time_zone})"


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"
