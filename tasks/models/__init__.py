"""Tasks, their relations, their numbers and the history of their statuses."""

from tasks.models.filters import MOST_FILTERS, SavedFilter
from tasks.models.former_keys import FormerKey
from tasks.models.history import StatusChange, TaskCounter
from tasks.models.keys import Key, key_of
from tasks.models.labels import Label, TaskLabel, labels_of
from tasks.models.lookups import HasLabel, NotWatchedBy, WatchedBy
from tasks.models.mentions import TaskMention
from tasks.models.on_task import OnTask, OnTaskQuerySet
from tasks.models.relations import RelatedAs, Relation, RelationKind
from tasks.models.tasks import (
    FINISHED,
    MOST_INTERVALS,
    MOST_MINUTES,
    POSITION_STEP,
    Interval,
    Task,
    TaskType,
)
from tasks.models.watchers import Watcher

__all__ = [
    "FINISHED",
    "MOST_FILTERS",
    "MOST_INTERVALS",
    "MOST_MINUTES",
    "POSITION_STEP",
    "FormerKey",
    "HasLabel",
    "Interval",
    "Key",
    "Label",
    "NotWatchedBy",
    "OnTask",
    "OnTaskQuerySet",
    "RelatedAs",
    "Relation",
    "RelationKind",
    "SavedFilter",
    "StatusChange",
    "Task",
    "TaskCounter",
    "TaskLabel",
    "TaskMention",
    "TaskType",
    "WatchedBy",
    "Watcher",
    "key_of",
    "labels_of",
]
