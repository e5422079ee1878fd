"""What can happen to a task."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from core.events import Event
from projects.models import Project, Status
from tasks.models import Label, SavedFilter, Task


@dataclass(frozen=True, kw_only=True)
class TaskCreated(Event):
    """`mentioned` are the people named in the description who may read the task."""

    task: Task
    mentioned: Sequence[User] = ()


@dataclass(frozen=True, kw_only=True)
class TaskUpdated(Event):
    """The fields in `changes` changed; status and assignee have their own events.

    `mentioned` are those whom the description did not mention before.
    """

    task: Task
    mentioned: Sequence[User] = ()


@dataclass(frozen=True, kw_only=True)
class TaskAssigned(Event):
    """The assignee changed, also from or to None, or was set on creation.

    `in_handover` if the one before left: `TasksHandedOver` tells the new one of all tasks at once.
    """

    task: Task
    before: User | None
    in_handover: bool = False


@dataclass(frozen=True, kw_only=True)
class TasksHandedOver(Event):
    """Open tasks of one project, of a `person` who left; all have the same new assignee."""

    project: Project
    person: User
    tasks: Sequence[Task]


@dataclass(frozen=True, kw_only=True)
class DueTimesReleased(Event):
    """The person who set these due times was deleted; the assignee's time zone applies now."""

    tasks: Sequence[Task]


@dataclass(frozen=True, kw_only=True)
class TasksRecategorised(Event):
    """They are complete, or open again, because their column was changed or deleted."""

    tasks: Sequence[Task]


@dataclass(frozen=True, kw_only=True)
class TaskTransitioned(Event):
    """The task is in another column; `before` is the former one."""

    task: Task
    before: Status


@dataclass(frozen=True, kw_only=True)
class TaskMoved(Event):
    """The task has another position in the order of its column."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskTransferred(Event):
    """The task is in another project, with another number; `before` is the former project.

    `mentioned` are those named in the description who may read the task only now.
    """

    task: Task
    before: Project
    mentioned: Sequence[User] = ()


@dataclass(frozen=True, kw_only=True)
class TaskWatched(Event):
    """Somebody follows the task."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskUnwatched(Event):
    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskRelated(Event):
    """A relation was added, published for each of its tasks.

    `changes` has the id of the other task under what this one is to it, such as `blocked_by`.
    """

    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskUnrelated(Event):
    """A relation was removed; as `TaskRelated`."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class LabelAdded(Event):
    label: Label


@dataclass(frozen=True, kw_only=True)
class LabelUpdated(Event):
    label: Label


@dataclass(frozen=True, kw_only=True)
class LabelDeleted(Event):
    """Tasks that have the label lose it; it is still there when the event is published."""

    label: Label


@dataclass(frozen=True, kw_only=True)
class TaskDeleted(Event):
    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskRestored(Event):
    task: Task


@dataclass(frozen=True, kw_only=True)
class TaskPurged(Event):
    """Its texts were emptied, because it can no longer be restored."""

    task: Task


@dataclass(frozen=True, kw_only=True)
class FilterSaved(Event):
    saved_filter: SavedFilter


@dataclass(frozen=True, kw_only=True)
class FilterUpdated(Event):
    """The changes of a private filter are not told.

    `seen_by_others` if it is shared, or was until now.
    """

    saved_filter: SavedFilter
    seen_by_others: bool = True


@dataclass(frozen=True, kw_only=True)
class FilterDeleted(Event):
    saved_filter: SavedFilter
