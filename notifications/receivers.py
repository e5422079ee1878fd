"""Mails and reminders that follow from events about tasks, projects and people."""

from collections.abc import Sequence

from accounts.events import AccessChanged, ProfileChanged
from core.events import subscribe, subscribe_batch
from notifications.services import (
    enqueue_assignment_mails,
    enqueue_handover_mail,
    plan_missed_reminders,
    plan_missed_reminders_of,
    plan_reminders,
    plan_reminders_after_handover,
    plan_reminders_of,
    plan_reminders_of_all,
)
from projects.events import ProjectRestored, ProjectUnarchived
from tasks.events import (
    DueTimesReleased,
    TaskAssigned,
    TaskDeleted,
    TaskRestored,
    TasksHandedOver,
    TasksRecategorised,
    TaskTransitioned,
    TaskUpdated,
)
from tasks.models import FINISHED


@subscribe_batch(TaskAssigned)
def mail_assignees(events: Sequence[TaskAssigned]) -> None:
    told = [event.task for event in events if not event.in_handover]
    enqueue_assignment_mails(actor=events[0].actor, tasks=told)


@subscribe(TasksHandedOver)
def mail_successor(event: TasksHandedOver) -> None:
    enqueue_handover_mail(
        actor=event.actor, project=event.project, person=event.person, tasks=event.tasks
    )


# After `mail_assignees`: whoever gets its mail is not reminded at once as well.
@subscribe_batch(TaskAssigned)
def plan_reminders_of_assigned(events: Sequence[TaskAssigned]) -> None:
    if handed_over := [event.task for event in events if event.in_handover]:
        plan_reminders_after_handover(tasks=handed_over)
    if others := [event.task for event in events if not event.in_handover]:
        plan_reminders_of_all(tasks=others)


@subscribe_batch(TaskUpdated)
def replan_for_due_dates(events: Sequence[TaskUpdated]) -> None:
    moved = [each.task for each in events if {"due_date", "due_time"} & each.changes.keys()]
    if moved:
        plan_reminders_of_all(tasks=moved)


@subscribe_batch(TaskTransitioned)
def replan_for_statuses(events: Sequence[TaskTransitioned]) -> None:
    changed = [
        each.task
        for each in events
        if (each.before.category in FINISHED) != (each.task.category in FINISHED)
    ]
    if changed:
        plan_reminders_of_all(tasks=changed)


@subscribe(TaskDeleted)
def cancel_reminders(event: TaskDeleted) -> None:
    plan_reminders(task=event.task)


@subscribe(TaskRestored)
def plan_reminders_of_restored(event: TaskRestored) -> None:
    plan_reminders(task=event.task)


@subscribe(ProfileChanged)
def replan_for_time_zone(event: ProfileChanged) -> None:
    if "time_zone" in event.changes:
        plan_reminders_of(person=event.person)


@subscribe(DueTimesReleased)
def replan_for_released_due_times(event: DueTimesReleased) -> None:
    plan_reminders_of_all(tasks=event.tasks)


@subscribe(TasksRecategorised)
def plan_reminders_of_recategorised(event: TasksRecategorised) -> None:
    plan_reminders_of_all(tasks=event.tasks)


@subscribe(ProjectUnarchived)
def plan_missed_after_unarchiving(event: ProjectUnarchived) -> None:
    plan_missed_reminders(project=event.project)


@subscribe(ProjectRestored)
def plan_missed_after_restoring(event: ProjectRestored) -> None:
    plan_missed_reminders(project=event.project)


@subscribe(AccessChanged)
def plan_missed_after_reactivation(event: AccessChanged) -> None:
    if event.changes.get("is_active", {}).get("new"):
        plan_missed_reminders_of(person=event.person)
