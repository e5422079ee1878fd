"""The kinds of rows that a ZIP holds, and what is written of each: what an import reads again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, Q

from attachments.models import Attachment, State
from comments.models import Comment, Mention, Reaction
from projects.models import Project, ProjectMembership, Status, Transition
from tasks.models import Label, Relation, Task, TaskLabel, TaskMention, Watcher

ALL = Q()
ALIVE = Q(deleted_at=None)
TEXTS_AT_ONCE = 250
"""Rows with long texts that are read at once."""


@dataclass(frozen=True)
class Kind:
    """A kind of rows: its `plain` fields, and those that hold ids, by the kind they refer to.

    `of` is the path to the rows that they belong to. Rows whose `optional` field refers to what is
    not there have null in it; those of which another one does are left out by an import.
    """

    name: str
    model: type[Model]
    of: str
    plain: tuple[str, ...]
    refs: tuple[tuple[str, str], ...] = ()
    people: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()
    only: Q = ALL
    at_once: int = 2000
    """How many rows are read at once."""
    has_id: bool = True

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns that are written."""
        ids = ("id",) if self.has_id else ()
        return (*ids, *(name for name, _ in self.refs), *self.people, *self.plain)


PROJECTS = Kind(
    "projects",
    Project,
    "pk",
    (
        *("key", "name", "description", "visibility", "status", "priority", "progress"),
        *("start_date", "end_date", "completion_requires_unblocked", "archived_at"),
        *("created_at", "updated_at"),
    ),
    people=("team_lead_id", "created_by_id"),
    at_once=TEXTS_AT_ONCE,
)
OF_PROJECTS = (
    Kind(
        "members",
        ProjectMembership,
        "project",
        ("role", "created_at"),
        refs=(("project_id", "projects"),),
        people=("user_id",),
        has_id=False,
    ),
    Kind(
        "columns",
        Status,
        "project",
        ("key", "name", "color", "position", "category", "is_default", "wip_limit"),
        refs=(("project_id", "projects"),),
    ),
    Kind(
        "transitions",
        Transition,
        "project",
        (),
        refs=(("project_id", "projects"), ("source_id", "columns"), ("target_id", "columns")),
        has_id=False,
    ),
    Kind("labels", Label, "project", ("name", "color"), refs=(("project_id", "projects"),)),
)
TASKS = Kind(
    "tasks",
    Task,
    "pk",
    (
        *("number", "title", "description", "type", "priority", "position"),
        *("estimate_minutes", "start_date", "due_date", "due_time"),
        *("repeat_every", "repeat_unit", "completed_at", "created_at", "updated_at"),
    ),
    refs=(("project_id", "projects"), ("status_id", "columns"), ("parent_id", "tasks")),
    people=("assignee_id", "created_by_id"),
    optional=frozenset({"parent_id"}),
    at_once=TEXTS_AT_ONCE,
)
OF_TASKS = (
    Kind(
        "task_labels",
        TaskLabel,
        "task",
        (),
        refs=(("task_id", "tasks"), ("label_id", "labels")),
        has_id=False,
    ),
    Kind(
        "relations",
        Relation,
        "source",
        ("kind", "created_at"),
        refs=(("source_id", "tasks"), ("target_id", "tasks")),
        people=("created_by_id",),
        has_id=False,
    ),
    Kind(
        "watchers",
        Watcher,
        "task",
        ("created_at",),
        refs=(("task_id", "tasks"),),
        people=("user_id",),
        has_id=False,
    ),
    Kind(
        "task_mentions",
        TaskMention,
        "task",
        ("created_at",),
        refs=(("task_id", "tasks"),),
        people=("user_id",),
        has_id=False,
    ),
    Kind(
        "comments",
        Comment,
        "task",
        ("content", "created_at", "edited_at"),
        refs=(("task_id", "tasks"), ("parent_id", "comments")),
        people=("author_id",),
        optional=frozenset({"parent_id"}),
        only=ALIVE,
        at_once=TEXTS_AT_ONCE,
    ),
    Kind(
        "reactions",
        Reaction,
        "comment__task",
        ("emoji", "created_at"),
        refs=(("comment_id", "comments"),),
        people=("user_id",),
        only=Q(comment__deleted_at=None),
        has_id=False,
    ),
    Kind(
        "comment_mentions",
        Mention,
        "comment__task",
        ("created_at",),
        refs=(("comment_id", "comments"),),
        people=("user_id",),
        only=Q(comment__deleted_at=None),
        has_id=False,
    ),
    Kind(
        "attachments",
        Attachment,
        "task",
        ("file_name", "size", "sha256", "content_type", "created_at"),
        refs=(("task_id", "tasks"), ("comment_id", "comments")),
        people=("uploaded_by_id",),
        optional=frozenset({"comment_id"}),
        only=ALIVE & Q(state=State.READY.value),
    ),
)
KINDS = {kind.name: kind for kind in (PROJECTS, *OF_PROJECTS, TASKS, *OF_TASKS)}
"""All kinds, in an order in which none refers to a later one, but to rows of its own."""


def read(kind: Kind, owners: Iterable[UUID], only: Q = ALL) -> Iterator[dict[str, Any]]:
    """The rows of this kind that belong to `owners`, as they are written, by id."""
    rows: Any = kind.model._default_manager.filter(kind.only, only)
    rows = rows.filter(**{f"{kind.of}__any_of": [*owners]})
    last: UUID | None = None
    while True:
        page = rows if last is None else rows.filter(pk__gt=last)
        found = list(page.order_by("pk").values_list("pk", *kind.fields)[: kind.at_once])
        for _, *values in found:
            yield dict(zip(kind.fields, values, strict=True))
        if len(found) < kind.at_once:
            return
        last = found[-1][0]
