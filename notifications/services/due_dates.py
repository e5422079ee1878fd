"""The instant of a due date, and its text in events and mails."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from core.days import is_plannable
from tasks.models import Task

MORNING = time(9)
"""The local time of reminders for due dates without a due time."""
ABOUT_AN_HOUR = timedelta(minutes=75)
LONGEST_IN_MINUTES = 50
SOON = {0: "today", 1: "tomorrow", 7: "in a week"}


def due_in_event(task: Task) -> str:
    """The due date as stored in plans: `2026-05-31`, `2026-05-31T17:00:00`, or ""."""
    day, hour = task.due_date, task.due_time
    if day is None:
        return ""
    return day.isoformat() if hour is None else datetime.combine(day, hour).isoformat()


def due_zone(task: Task, recipient: User, setter: User | None) -> ZoneInfo:
    """The time zone of the due date: a due time is in that of the person who set it.

    Without a due time, or if that person was deleted, it is the recipient's.
    """
    timed = task.due_time is not None
    return ZoneInfo(setter.time_zone if timed and setter else recipient.time_zone)


def due_instant(day: date, hour: time | None, zone: ZoneInfo) -> datetime:
    """The instant of the due date, at MORNING without a time."""
    return datetime.combine(day, hour or MORNING, tzinfo=zone)


def due_in_words(task: Task, recipient: User) -> str:
    """The due date for a mail, with the time in the recipient's time zone; "" without one."""
    if task.due_date is None:
        return ""
    if task.due_time is None or not is_plannable(task.due_date):
        return _day(task.due_date)
    zone = due_zone(task, recipient, task.due_set_by)
    here = due_instant(task.due_date, task.due_time, zone).astimezone(ZoneInfo(recipient.time_zone))
    return f"{_day(here.date())} at {here:%H:%M} ({recipient.time_zone})"


def due_in_days(task: Task, recipient: User, now: datetime) -> str:
    """How soon the task is due, by the recipient's clock: "in a week"; "" if it was due before."""
    if task.due_date is None or not is_plannable(task.due_date):
        return ""
    here = ZoneInfo(recipient.time_zone)
    due = due_instant(task.due_date, task.due_time, due_zone(task, recipient, task.due_set_by))
    days = (due.astimezone(here).date() - now.astimezone(here).date()).days
    if task.due_time is not None and due <= now + ABOUT_AN_HOUR:
        minutes = round((due - now) / timedelta(minutes=1))
        about = "in an hour" if minutes > LONGEST_IN_MINUTES else f"in {minutes} minutes"
        return about if minutes > 1 else ""
    return SOON.get(days, f"in {days} days") if days >= 0 else ""


def _day(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B %Y}"
