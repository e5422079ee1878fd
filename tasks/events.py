"""What can happen to a task."""

from dataclasses import dataclass

from accounts.models import User
from core.events import Event
from projects.models import Status
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
    """Given to a person, or taken from one: `task.assignee` may be None. Also on creation."""

    task: Task
    before: User | None


@dataclass(frozen=True, kw_only=True)
class TaskTransitioned(Event):
    """Entered another column."""

    task: Task
    before: Status


@dataclass(frozen=True, kw_only=True)
class TaskDeleted(Event):
    task: Task
