"""Checking and applying changes of locked tasks: of one, or of many at once."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from accounts.models import User
from core.actor import Actor
from core.batches import update_all
from core.errors import Invalid
from core.events import Changes, publish_all
from core.markdown import Rendered, html_fields, render
from core.models import as_event_value
from core.queries import insert
from core.rights import require
from projects.models import Project, Status, role_in_project
from projects.services.members import NotInProject
from tasks.events import TaskAssigned, TaskMoved, TaskTransitioned, TaskUpdated
from tasks.models import FINISHED, StatusChange, Task
from tasks.rights import ASSIGN_TASK, TRANSITION_TASK
from tasks.services.columns import check_transition, current_column
from tasks.services.labels import set_labels
from tasks.services.locks import lock_blocked
from tasks.services.mentions import mention_people
from tasks.services.subtasks import check_parent

NO_MEMBER = "The assignee is not a member of the project."
OWN_EVENTS = ("assignee", "position")
"""Fields whose changes `TaskUpdated` does not tell."""
FOLLOWING = ("status", "category", "completed_at", "due_set_by")
"""Fields that follow from others, saved with every change."""


class DueTimeNeedsDueDate(Invalid):
    message = "A due time needs a due date."


class DueBeforeStart(Invalid):
    message = "A task cannot be due before it starts."


class Edited(NamedTuple):
    """A task with changed attributes, not saved yet; what has changed, and what was before."""

    task: Task
    changed: Changes
    saved: tuple[str, ...]
    """The fields to save, besides those of FOLLOWING."""
    column: Status
    assignee: User | None
    description: Rendered
    """The new description, if it has changed."""
    completed_at: datetime | None = None
    """When it was completed before."""

    @property
    def is_moved(self) -> bool:
        """Whether the task is in another column."""
        return self.task.status_id != self.column.pk

    @property
    def is_any(self) -> bool:
        return bool(self.changed) or self.is_moved


def edit(task: Task, changes: dict[str, Any], *, actor: Actor) -> Task:
    """Check the changes of a locked task, save them and publish what has happened."""
    store([apply(task, changes, actor=actor)], actor=actor)
    return task


def apply(task: Task, changes: dict[str, Any], *, actor: Actor) -> Edited:
    """Set the attributes of a locked task; refuses what its rules or its workflow forbid.

    A reopened task loses its assignee if they have left the project since it was complete.
    """
    if _reopens(task, changes) and "assignee" not in changes:
        changes = {**changes, "assignee": assignee_within(task, task.project)}
    column_before, assignee_before, completed_at = task.status, task.assignee, task.completed_at
    column = changes.get("status", task.status)
    fields = {name: value for name, value in changes.items() if name not in ("status", "labels")}
    if fields.get("due_date", task.due_date) is None:
        fields.setdefault("due_time", None)
    _check_new_parent(task, fields.get("parent"))
    changed = task.change(**fields)
    saved = tuple(changed)
    text = Rendered("")
    if "description" in changed:
        text = render(task.description)
        saved += tuple(task.change(**html_fields("description", text.html)))
    if {"start_date", "due_date", "due_time"} & changed.keys():
        check_dates(task)
    if {"due_date", "due_time"} & changed.keys():
        task.due_set_by = actor.user if task.due_date else None
    if column != column_before:
        check_transition(task, column, actor=actor)
        task.set_status(column)
    if "labels" in changes:
        changed |= set_labels(task, changes["labels"])
    return Edited(task, changed, saved, column_before, assignee_before, text, completed_at)


def store(edits: Sequence[Edited], *, actor: Actor) -> None:
    """Save the tasks that have changed, with as many statements for one as for many.

    Only whom a new description mentions is found for each task. One event each is published for
    the edited fields, the column, the position and the assignee.
    """
    edits = [each for each in edits if each.is_any]
    moved = [each for each in edits if each.is_moved]
    lock_blocked(*(each.task for each in moved if _is_completed_or_reopened(each)))
    names = chain.from_iterable(each.saved for each in edits)
    for each in edits:
        each.task.version += 1
    update_all([each.task for each in edits], *names, *FOLLOWING, "version", "updated_at")
    _publish_edited(edits, actor)
    record_status_changes([(each.task, each.column) for each in moved], actor)
    publish_all(
        [
            TaskTransitioned(
                actor=actor,
                task=each.task,
                before=each.column,
                changes={"status": {"old": each.column.key, "new": each.task.status.key}},
                past_values=_former_completion(each),
            )
            for each in moved
        ]
    )
    _publish_moved_and_assigned(edits, actor)


def _former_completion(edited: Edited) -> dict[str, Any]:
    """When a task was completed that is open again, which nothing else tells then."""
    if edited.completed_at is None or edited.task.completed_at is not None:
        return {}
    return {"completed_at": as_event_value(edited.completed_at)}


def _publish_edited(edits: Sequence[Edited], actor: Actor) -> None:
    found = []
    for each in edits:
        fields = {k: v for k, v in each.changed.items() if k not in OWN_EVENTS}
        if fields:
            mentioned = _mentioned(each, actor)
            found.append(
                TaskUpdated(actor=actor, task=each.task, mentioned=mentioned, changes=fields)
            )
    publish_all(found)


def _mentioned(edited: Edited, actor: Actor) -> list[User]:
    """Keep whom a changed description mentions; returns those who are new."""
    if "description" not in edited.changed:
        return []
    former, text = edited.changed["description"]["old"], edited.description
    return mention_people(actor=actor, task=edited.task, text=text, former=former)


def _publish_moved_and_assigned(edits: Sequence[Edited], actor: Actor) -> None:
    def of(name: str) -> list[tuple[Edited, Changes]]:
        return [(each, {name: each.changed[name]}) for each in edits if name in each.changed]

    publish_all(
        [TaskMoved(actor=actor, task=each.task, changes=place) for each, place in of("position")]
    )
    publish_all(
        [
            TaskAssigned(actor=actor, task=each.task, before=each.assignee, changes=assignment)
            for each, assignment in of("assignee")
        ]
    )


def record_status_changes(steps: Sequence[tuple[Task, Status | None]], actor: Actor) -> None:
    """Write into the history which column each task has left; None for a new task."""
    insert(
        *(
            StatusChange(
                workspace_id=task.workspace_id,
                task=task,
                actor=actor.user,
                source=before.key if before else "",
                target=task.status.key,
            )
            for task, before in steps
        )
    )


def permitted_changes(task: Task, changes: dict[str, Any], *, actor: Actor) -> dict[str, Any]:
    """The changes with the new column as it is now; refused without the rights some of them take.

    The caller has asked for the right to change the task at all.
    """
    changes = with_current_column(task, changes)
    if changes.get("status", task.status) != task.status:
        require(TRANSITION_TASK, task, actor)
    if changes.get("assignee", task.assignee) != task.assignee:
        require(ASSIGN_TASK, task, actor)
        check_assignee(task.project, changes["assignee"])
    elif "assignee" in changes and _reopens(task, changes):
        check_assignee(task.project, changes["assignee"])
    return changes


def with_current_column(task: Task, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes with the new column as it is under the lock of its project."""
    column = changes.get("status", task.status)
    if column == task.status:
        return changes
    return {**changes, "status": current_column(task.project, column)}


def _reopens(task: Task, changes: dict[str, Any]) -> bool:
    column = changes.get("status", task.status)
    return task.category in FINISHED and column.category not in FINISHED


def assignee_within(task: Task, project: Project) -> User | None:
    """The assignee of the task if they are a member of the project, else nobody."""
    assignee = task.assignee
    is_member = assignee and role_in_project.first(person=assignee, project=project.pk)
    return assignee if is_member else None


def check_assignee(project: Project, assignee: User | None) -> None:
    if assignee and not role_in_project.first(person=assignee, project=project.pk):
        raise NotInProject(NO_MEMBER, errors={"assignee_id": [NO_MEMBER]})


def check_dates(task: Task) -> None:
    if task.due_time and not task.due_date:
        raise DueTimeNeedsDueDate(errors={"due_time": [DueTimeNeedsDueDate.message]})
    if task.start_date and task.due_date and task.due_date < task.start_date:
        raise DueBeforeStart(errors={"due_date": [DueBeforeStart.message]})


def _is_completed_or_reopened(edited: Edited) -> bool:
    return (edited.task.category in FINISHED) != (edited.column.category in FINISHED)


def _check_new_parent(task: Task, parent: Task | None) -> None:
    if parent and parent.pk != task.parent_id:
        check_parent(task, parent)
