"""What is told when something happens below."""

from accounts.events import ProfileChanged
from core.events import subscribe
from notifications.services import plan_reminders, plan_reminders_of, tell_assignee
from tasks.events import TaskAssigned, TaskDeleted, TaskTransitioned, TaskUpdated
from tasks.models import FINISHED


@subscribe(TaskAssigned)
def tell_the_assignee(event: TaskAssigned) -> None:
    tell_assignee(actor=event.actor, task=event.task)


# After the one above: who has just been told is not reminded at once.
@subscribe(TaskAssigned)
def remind_the_assignee(event: TaskAssigned) -> None:
    plan_reminders(task=event.task)


@subscribe(TaskUpdated)
def follow_the_due_date(event: TaskUpdated) -> None:
    if {"due_date", "due_time"} & event.changes.keys():
        plan_reminders(task=event.task)


@subscribe(TaskTransitioned)
def follow_the_work(event: TaskTransitioned) -> None:
    if (event.before.category in FINISHED) != (event.task.category in FINISHED):
        plan_reminders(task=event.task)


@subscribe(TaskDeleted)
def forget_the_task(event: TaskDeleted) -> None:
    plan_reminders(task=event.task)


@subscribe(ProfileChanged)
def follow_the_clock(event: ProfileChanged) -> None:
    if "time_zone" in event.changes:
        plan_reminders_of(person=event.person)
