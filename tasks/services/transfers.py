"""Moving a task, with its sub-tasks, to another project of the workspace.

They get numbers of that project; the former ones lead to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.models import User
from core.actor import Actor
from core.batches import update_all
from core.errors import Conflict, Invalid, NotFound
from core.events import Changes, publish_all
from core.models import as_event_value
from core.queries import insert
from core.remembering import remembering
from core.rights import require
from projects.models import Project, Status, columns_of, role_in_project
from projects.rights import CREATE_TASK
from projects.services.locks import check_open
from tasks.events import TaskAssigned, TaskTransferred, TaskTransitioned
from tasks.models import FINISHED, FormerKey, Task, labels_of
from tasks.rights import UPDATE_TASK
from tasks.services.columns import default_column, enterable
from tasks.services.edits import assignee_within, record_status_changes
from tasks.services.labels import HeldLabels, LabelsWanted, change_labels, held_labels
from tasks.services.locks import lock_blocked, locked_tasks, placed, shared_projects
from tasks.services.mentions import mention_people_elsewhere
from tasks.services.numbers import lock_counter, next_numbers
from tasks.services.subtasks import with_all_below

MOST_MOVED = 200
"""How many tasks move together: the task and what is below it."""
MOVED = (
    *("project", "number", "position", "status", "category", "completed_at", "assignee", "parent"),
    *("version", "updated_at"),
)

SHOWN_LATER = (
    *("number", "title", "type", "priority", "position", "completed_at"),
    *("estimate_minutes", "start_date", "due_date"),
)


class NotAnotherProject(Invalid):
    message = "Must be another project of the same workspace."


class TooManyMoved(Conflict):
    message = f"A task with more than {MOST_MOVED} sub-tasks cannot be moved to another project."


@dataclass(frozen=True)
class Move:
    """A task with the attributes it has in the other project, and what it had before."""

    task: Task
    project: Project
    number: int
    column: Status
    assignee: User | None
    former: dict[str, Any]
    """What boards of the former project show of it, for the time when it was there."""
    changes: Changes = field(default_factory=dict)


@transaction.atomic
def transfer_task(
    *, actor: Actor, task: Task, project: Project, version: int | None = None
) -> Task:
    """Move the task and all below it; the topmost stands below no other any more.

    A column and labels of the same name are kept, others are not; nor is an assignee who is no
    member of the project.
    """
    require(UPDATE_TASK, task, actor)
    if project.pk == task.project_id or project.workspace_id != task.workspace_id:
        raise NotAnotherProject(errors={"project_id": [NotAnotherProject.message]})
    source, target = _lock_projects(task, project)
    tasks = [placed(each, source) for each in _lock_with_subtasks(task)]
    first = tasks[0]
    require(UPDATE_TASK, first, actor)
    require(CREATE_TASK, target, actor)
    first.check_version(version)
    with remembering(columns_of, labels_of, role_in_project):
        moves = [_moved(each, target) for each in tasks]
        detached = first.change(parent=None)
        _store(moves, target)
    moves[0].changes.update(detached)
    _publish(moves, actor)
    return first


def _lock_projects(task: Task, project: Project) -> tuple[Project, Project]:
    """Both, locked shared in ascending order against deadlocks, and open."""
    locked = shared_projects([task.project_id, project.pk])
    for each in locked.values():
        check_open(each)
        lock_counter(each)  # so that no sub-task is added meanwhile
    return locked[task.project_id], locked[project.pk]


def _lock_with_subtasks(task: Task) -> list[Task]:
    """The task and all below it, the upper ones first; NotFound if it is deleted."""
    ids = with_all_below(task, most=MOST_MOVED + 1)
    if len(ids) > MOST_MOVED:
        raise TooManyMoved
    locked = locked_tasks(ids)
    if len(locked) < len(ids):
        raise NotFound
    return [locked[pk] for pk in ids]


def _moved(task: Task, target: Project) -> Move:
    """Set what the task has in the other project, but for its number, position and labels."""
    former = {name: as_event_value(getattr(task, name)) for name in SHOWN_LATER}
    former |= {"status": task.status.key, "parent": task.parent_id and str(task.parent_id)}
    former["assignee"] = task.assignee_id and str(task.assignee_id)
    move = Move(task, task.project, task.number, task.status, task.assignee, former)
    task.project = target
    task.set_status(_same_column(task, target))
    task.assignee = assignee_within(task, target)
    return move


def _store(moves: Sequence[Move], target: Project) -> None:
    """Number the tasks and save them, with as many statements for one as for many."""
    tasks = [move.task for move in moves]
    for task, place in zip(tasks, next_numbers(target, len(tasks)), strict=True):
        task.number, task.position = place
        task.version += 1
    lock_blocked(*(move.task for move in moves if _is_completed_or_reopened(move)))
    insert(
        *(
            FormerKey(
                workspace_id=target.workspace_id,
                task=move.task,
                project=move.project,
                number=move.number,
            )
            for move in moves
        )
    )
    update_all(tasks, *MOVED)
    held = held_labels(tasks)
    labels = change_labels(_labels_wanted(tasks, held, target), held)
    for move in moves:
        move.former["label_ids"] = [str(label) for label in held[move.task.pk]]
        move.changes.update(_new_place(move), **labels.get(move.task.pk, {}))


def _publish(moves: Sequence[Move], actor: Actor) -> None:
    _publish_transferred(moves, actor)
    entered = [move for move in moves if move.column.key != move.task.status.key]
    record_status_changes([(move.task, move.column) for move in entered], actor)
    publish_all(
        [
            TaskTransitioned(
                actor=actor,
                task=move.task,
                before=move.column,
                changes={"status": {"old": move.column.key, "new": move.task.status.key}},
            )
            for move in entered
        ]
    )
    publish_all(
        [
            TaskAssigned(
                actor=actor,
                task=move.task,
                before=move.assignee,
                changes={"assignee": {"old": as_event_value(move.assignee), "new": None}},
            )
            for move in moves
            if move.assignee and not move.task.assignee
        ]
    )


def _publish_transferred(moves: Sequence[Move], actor: Actor) -> None:
    mentioned = mention_people_elsewhere(actor=actor, tasks=[move.task for move in moves])
    publish_all(
        [
            TaskTransferred(
                actor=actor,
                task=move.task,
                before=move.project,
                mentioned=mentioned.get(move.task.pk, ()),
                changes=move.changes,
                past_values=move.former,
            )
            for move in moves
        ]
    )


def _new_place(move: Move) -> Changes:
    former = f"{move.project.key}-{move.number}"
    return {
        "key": {"old": former, "new": move.task.spoken_key},
        "project": {"old": as_event_value(move.project), "new": as_event_value(move.task.project)},
    }


def _is_completed_or_reopened(move: Move) -> bool:
    return (move.task.category in FINISHED) != (move.column.category in FINISHED)


def _same_column(task: Task, target: Project) -> Status:
    """The column of the project with the same key, else one of the category, else the default.

    None in which the task would become complete, where the project requires that nothing blocks it.
    """
    column, columns = task.status, enterable(task, columns_of.rows(project=target))
    alike = [each for each in columns if each.key == column.key]
    alike += [each for each in columns if each.category == column.category]
    default = default_column(target)
    return (alike or [each for each in columns if each == default] or columns or [default])[0]


def _labels_wanted(tasks: Sequence[Task], held: HeldLabels, target: Project) -> LabelsWanted:
    """The labels of the project that are called like those of the tasks, in place of them."""
    named = {label.name.casefold(): label for label in labels_of.rows(project=target)}
    wanted: LabelsWanted = {}
    for task in tasks:
        former = [row.label for row in held[task.pk].values()]
        names = [label.name.casefold() for label in former]
        wanted[task] = [named[name] for name in names if name in named], former
    return wanted
