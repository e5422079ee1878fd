"""Reactions to events about people and project memberships."""

from collections.abc import Sequence

from accounts.events import PersonDeleted
from core.events import subscribe, subscribe_batch
from projects.events import (
    ColumnDeleted,
    ColumnUpdated,
    ProjectDeletionChanges,
    ProjectPurged,
    ProjectsLeft,
)
from projects.models import Category
from tasks.events import TaskPurged, TaskTransitioned
from tasks.models import FINISHED, Task
from tasks.services.column_changes import move_out, recategorise
from tasks.services.deletion import release_due_times
from tasks.services.locks import lock_blocked_by
from tasks.services.mentions import forget_mentions
from tasks.services.reassignment import hand_over_tasks
from tasks.services.recurrence import make_next_task
from tasks.services.saved_filters import delete_filters_of, delete_private_filters_of
from tasks.services.watchers import end_all_watching, end_watching
from workspaces.events import MemberRemoved


@subscribe(ProjectsLeft)
def hand_over_tasks_of_leaver(event: ProjectsLeft) -> None:
    hand_over_tasks(
        actor=event.actor,
        person=event.person,
        projects=event.projects,
        handover=event.handover,
    )


@subscribe(PersonDeleted)
def release_due_times_of_deleted(event: PersonDeleted) -> None:
    release_due_times(actor=event.actor, person=event.person)


@subscribe(PersonDeleted)
def end_all_watching_of_deleted(event: PersonDeleted) -> None:
    end_all_watching(person=event.person)


@subscribe(MemberRemoved)
def end_watching_of_leaver(event: MemberRemoved) -> None:
    end_watching(workspace=event.workspace, person=event.person)


@subscribe(TaskTransitioned)
def make_next_of_repeating(event: TaskTransitioned) -> None:
    if event.task.category == Category.DONE and event.before.category not in FINISHED:
        make_next_task(actor=event.actor, task=event.task)


@subscribe(ColumnDeleted)
def move_tasks_out_of_deleted(event: ColumnDeleted) -> None:
    move_out(actor=event.actor, column=event.column, successor=event.successor)


@subscribe(ColumnUpdated)
def recategorise_tasks(event: ColumnUpdated) -> None:
    if "category" in event.changes:
        recategorise(actor=event.actor, column=event.column)


@subscribe(ProjectDeletionChanges)
def lock_blocked_of_project(event: ProjectDeletionChanges) -> None:
    lock_blocked_by(Task.objects.open().filter(project=event.project))


@subscribe(PersonDeleted)
def delete_private_filters_of_deleted(event: PersonDeleted) -> None:
    delete_private_filters_of(actor=event.actor, person=event.person)


@subscribe(ProjectPurged)
def delete_filters_of_purged(event: ProjectPurged) -> None:
    delete_filters_of(actor=event.actor, project=event.project)


@subscribe_batch(TaskPurged)
def forget_mentions_of_purged(events: Sequence[TaskPurged]) -> None:
    forget_mentions(tasks=[event.task for event in events])
