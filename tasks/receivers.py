"""Reactions to events about people and project memberships."""

from accounts.events import PersonDeleted
from core.events import subscribe
from projects.events import ColumnDeleted, ColumnUpdated, ProjectsLeft
from tasks.services.column_changes import move_out, recategorise
from tasks.services.deletion import release_due_times
from tasks.services.reassignment import hand_over_tasks


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


@subscribe(ColumnDeleted)
def move_tasks_out_of_deleted(event: ColumnDeleted) -> None:
    move_out(actor=event.actor, column=event.column, successor=event.successor)


@subscribe(ColumnUpdated)
def recategorise_tasks(event: ColumnUpdated) -> None:
    if "category" in event.changes:
        recategorise(actor=event.actor, column=event.column)
