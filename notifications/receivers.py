"""What is told when something happens below."""

from collections.abc import Sequence

from accounts.events import AccessChanged, ProfileChanged
from core.events import subscribe, subscribe_batch
from notifications.services import (
    plan_missed_reminders,
    plan_missed_reminders_of,
    plan_reminders,
    plan_reminders_after_handover,
    plan_reminders_of,
    plan_reminders_of_all,
    tell_assignee,
    tell_successor,
)
from projects.events import ProjectRestored, ProjectUnarchived
from tasks.events import (
    DueTimesReleased,
    TaskAssigned,
    TaskDeleted,
    TaskRestored,
    TasksHandedOver,
    TaskTransitioned,
    TaskUpdated,
)
from tasks.models import FINISHED


@subscribe(TaskAssigned)
def tell_the_assignee(event: TaskAssigned) -> None:
    if not event.in_handover:
        tell_assignee(actor=event.actor, task=event.task)


@subscribe(TasksHandedOver)
def tell_the_successor(event: TasksHandedOver) -> None:
    tell_successor(actor=event.actor, project=event.project, person=event.person, tasks=event.tasks)


# After `tell_the_assignee`: who has just been told is not reminded at once.
@subscribe_batch(TaskAssigned)
def remind_the_assignees(events: Sequence[TaskAssigned]) -> None:
    if handed_over := [event.task for event in events if event.in_handover]:
        plan_reminders_after_handover(tasks=handed_over)
    for event in events:
        if not event.in_handover:
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
def cancel_reminders(event: TaskDeleted) -> None:
    plan_reminders(task=event.task)


@subscribe(TaskRestored)
def remember_the_task(event: TaskRestored) -> None:
    plan_reminders(task=event.task)


@subscribe(ProfileChanged)
def follow_the_clock(event: ProfileChanged) -> None:
    if "time_zone" in event.changes:
        plan_reminders_of(person=event.person)


@subscribe(DueTimesReleased)
def follow_the_clocks_of_the_assignees(event: DueTimesReleased) -> None:
    plan_reminders_of_all(tasks=event.tasks)


@subscribe(ProjectUnarchived)
def remind_of_what_came_due_in_the_archive(event: ProjectUnarchived) -> None:
    plan_missed_reminders(project=event.project)


@subscribe(ProjectRestored)
def remind_of_what_came_due_while_deleted(event: ProjectRestored) -> None:
    plan_missed_reminders(project=event.project)


@subscribe(AccessChanged)
def remind_who_may_sign_in_again(event: AccessChanged) -> None:
    if event.changes.get("is_active", {}).get("new"):
        plan_missed_reminders_of(person=event.person)
