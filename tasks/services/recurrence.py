"""Tasks that repeat: once one is done, the next one is made, and repeats in its place."""

from calendar import monthrange
from datetime import date, timedelta

from django.utils import timezone

from core.actor import Actor
from core.days import is_plannable
from core.events import publish
from tasks.events import TaskUpdated
from tasks.models import Interval, Task
from tasks.services.copies import create_like

DAYS = {Interval.DAY: 1, Interval.WEEK: 7}


def make_next_task(*, actor: Actor, task: Task) -> Task | None:
    """The task that follows one that is done, due one interval later; None after the last day.

    The one that is done no longer repeats, so that it makes no other if it is done again.
    """
    every, unit = task.repeat_every, task.repeat_unit
    if not every:
        return None
    changed = task.change(repeat_every=None, repeat_unit="")
    task.save_changes(*changed)
    publish(TaskUpdated(actor=actor, task=task, changes=changed))
    today = timezone.now().date()
    due = later(task.due_date or today, every, unit)
    while due <= today:
        due = later(due, every, unit)
    if not is_plannable(due):
        return None
    starts_before = task.start_date and task.due_date and task.due_date - task.start_date
    return create_like(
        task,
        actor,
        start_date=due - starts_before if starts_before is not None else None,
        due_date=due,
        repeat_every=every,
        repeat_unit=unit,
    )


def later(day: date, every: int, unit: str) -> date:
    """So many days, weeks or months later; in a shorter month, its last day."""
    if days := DAYS.get(Interval(unit)):
        return day + timedelta(days=days * every)
    months = day.year * 12 + day.month - 1 + every
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
