"""Tasks that repeat: once one is done, the next one is made, and repeats in its place."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import count

from core.actor import Actor
from core.days import is_plannable, today_in
from core.events import publish
from tasks.events import TaskUpdated
from tasks.models import Interval, Task
from tasks.services.copies import create_like
from tasks.services.subtasks import parent_if_possible

DAYS = {Interval.DAY: 1, Interval.WEEK: 7}


def make_next_task(*, actor: Actor, task: Task) -> Task | None:
    """The task that follows one that is done, due one interval later; None after the last day.

    The one that is done no longer repeats, so that it makes no other if it is done again. The next
    one has no parent if that has too many sub-tasks by now.
    """
    every, unit = task.repeat_every, task.repeat_unit
    if not every:
        return None
    changed = task.change(repeat_every=None, repeat_unit="")
    task.save_changes(*changed)
    publish(TaskUpdated(actor=actor, task=task, changes=changed))
    due = _next_day(task.due_date, every, unit, today=today_in(_zone_of(task, actor)))
    if not is_plannable(due):
        return None
    starts_before = task.start_date and task.due_date and task.due_date - task.start_date
    return create_like(
        task,
        actor,
        parent=parent_if_possible(task),
        start_date=due - starts_before if starts_before is not None else None,
        due_date=due,
        repeat_every=every,
        repeat_unit=unit,
    )


def _next_day(due: date | None, every: int, unit: str, *, today: date) -> date:
    """The first day after today that is some intervals later than the due date, or than today."""
    days = (later(due or today, every * times, unit) for times in count(1))
    return next(day for day in days if day > today)


def _zone_of(task: Task, actor: Actor) -> str:
    """Where its days begin: as for reminders, where its due time was set, else at its assignee's.

    At the actor's if there is neither; in UTC if the system acts.
    """
    setter = task.due_set_by if task.due_time else None
    person = setter or task.assignee or actor.user
    return person.time_zone if person else "UTC"


def later(day: date, every: int, unit: str) -> date:
    """So many days, weeks or months later; in a shorter month, its last day."""
    if days := DAYS.get(Interval(unit)):
        return day + timedelta(days=days * every)
    months = day.year * 12 + day.month - 1 + every
    year, month = months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
