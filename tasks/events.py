"""What can happen to a task."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from core.events import Event
from projects.models import Project, Status
from tasks.models import Task


@dataclass(frozen=True, kw_only=True)
class TaskCreated(Event):
    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskUpdated(Event):
    """Words, priority, type or due date changed; `changes` says which."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskAssigned(Event):
    """Given to a person, or taken from one: `task.assignee` may be None. Also on creation.

    `in_handover` when the one before left: the new one hears of all tasks in `TasksHandedOver`.
    """

    task: Task
    before: User | None
    in_handover: bool = False


@dataclass(frozen=True, kw_only=True)
class TasksHandedOver(Event):
    """The open tasks of a `person` who left, which have the same new assignee, in one project."""

    project: Project
    person: User
    tasks: Sequence[Task]


@dataclass(frozen=True, kw_only=True)
class DueTimesReleased(Event):
    """Whoever set these due times is gone: they count on the clock of the assignee now."""

    tasks: Sequence[Task]


@dataclass(frozen=True, kw_only=True)
class TaskTransitioned(Event):
    """Entered another column."""

    task: Task
    before: Status


@dataclass(frozen=True, kw_only=True)
class TaskDeleted(Event):
    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskRestored(Event):
    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskPurged(Event):
    """Its texts were blanked, because it can no longer be restored."""

    task: Task
