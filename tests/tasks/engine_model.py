"""What the task engine should do, in dictionaries: tasks of two projects, one with a strict order.

Each method changes the model and answers the code of the refusal that is expected, or None. Where
a task stands is modelled by the order in its column; positions are read from the database after
each step, because a task keeps its position in another column.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

LEVELS = 5
COLUMNS = {
    "free": ["TODO", "IN_PROGRESS", "DONE"],
    "strict": ["open", "in_progress", "resolved", "closed"],
}
ALIKE = dict(zip(COLUMNS["free"], COLUMNS["strict"], strict=False))
"""Columns of both projects that mean the same; `closed` has none, so its tasks begin anew."""
ALIKE |= {strict: free for free, strict in ALIKE.items()} | {"closed": "TODO"}
COMPLETE = {"DONE", "resolved", "closed"}
LABELS = {"free": {"red", "blue", "late"}, "strict": {"red", "blue", "lost"}}


@dataclass
class Part:
    """A task as the model knows it."""

    project: str
    column: str
    title: str
    parent: UUID | None = None
    labels: frozenset[str] = frozenset()
    is_deleted: bool = False
    number: int = 0
    position: int = 0

    @property
    def is_open(self) -> bool:
        return not self.is_deleted and self.column not in COMPLETE


@dataclass
class Engine:
    tasks: dict[UUID, Part] = field(default_factory=dict)
    blocks: set[tuple[UUID, UUID]] = field(default_factory=set)
    columns: dict[tuple[str, str], list[UUID]] = field(
        default_factory=lambda: {(at, key): [] for at, keys in COLUMNS.items() for key in keys}
    )
    """The order of each column, deleted tasks included."""

    def live(self) -> list[UUID]:
        return [pk for pk, task in self.tasks.items() if not task.is_deleted]

    def deleted(self) -> list[UUID]:
        return [pk for pk, task in self.tasks.items() if task.is_deleted]

    def parts_of(self, parent: UUID) -> list[UUID]:
        return [pk for pk in self.live() if self.tasks[pk].parent == parent]

    def below(self, pk: UUID) -> list[list[UUID]]:
        """The live tasks below this one by level, itself the first."""
        levels = [[pk]]
        while found := [part for parent in levels[-1] for part in self.parts_of(parent)]:
            levels.append(found)
        return levels

    def above(self, pk: UUID | None) -> Iterator[UUID]:
        while pk:
            yield pk
            pk = self.tasks[pk].parent

    def is_blocked(self, pk: UUID) -> bool:
        return any(target == pk and self.tasks[source].is_open for source, target in self.blocks)

    def blocked_by(self, pk: UUID) -> set[UUID]:
        """The task and those it blocks, directly or not."""
        found, new = set[UUID](), {pk}
        while new:
            found |= new
            new = {target for source, target in self.blocks if source in new} - found
        return found

    def shown(self) -> dict[UUID, Any]:
        return {
            pk: (replace(task, number=0, position=0), self.is_blocked(pk))
            for pk, task in self.tasks.items()
        }

    def why_not_below(self, pk: UUID | None, parent: UUID) -> str | None:
        """Why a task, or with None a new one of the parent's project, may not be its part."""
        there = self.tasks[parent]
        project = self.tasks[pk].project if pk else there.project
        above = list(self.above(parent))
        if there.is_deleted or pk == parent or project != there.project:
            return "not_a_parent"
        if pk in above:
            return "parent_cycle"
        below = len(self.below(pk)) - 1 if pk else 0
        return "too_deep" if len(above) + below > LEVELS else None

    def add(self, pk: UUID, task: Part) -> None:
        """A new task, last in its column."""
        self.tasks[pk] = task
        self.columns[task.project, task.column].append(pk)

    def put_below(self, pk: UUID, parent: UUID | None) -> str | None:
        if parent and parent != self.tasks[pk].parent and (why := self.why_not_below(pk, parent)):
            return why
        self.tasks[pk].parent = parent
        return None

    def why_not_enter(self, pk: UUID, column: str) -> str | None:
        task, order = self.tasks[pk], COLUMNS[self.tasks[pk].project]
        is_next = order.index(column) == order.index(task.column) + 1
        is_allowed = task.project == "free" or task.column == column or is_next
        return None if is_allowed else "illegal_transition"

    def enter(self, pk: UUID, column: str) -> str | None:
        """Into another column, where it keeps its position."""
        if (why := self.why_not_enter(pk, column)) or self.tasks[pk].column == column:
            return why
        there = self.columns[self.tasks[pk].project, column]
        self._take(pk)
        self.tasks[pk].column = column
        before = [other for other in there if self.tasks[other].position < self.tasks[pk].position]
        there.insert(len(before), pk)
        return None

    def move(self, pk: UUID, column: str, beside: tuple[str, Any]) -> str | None:
        """After or before a task of the column, to an index, or to the end."""
        how, value = beside
        there = self.columns[self.tasks[pk].project, column]
        others = [other for other in there if other != pk]
        if how in ("after", "before") and value not in self._live_among(others):
            return "not_in_column"
        if why := self.why_not_enter(pk, column):
            return why
        self._take(pk)
        self.tasks[pk].column = column
        if how == "order":
            live = self._live_among(others)
            how, value = ("before", live[value]) if value < len(live) else ("end", None)
        at = len(others) if how == "end" else others.index(value) + (how == "after")
        there.insert(at, pk)
        return None

    def block(self, source: UUID, target: UUID) -> str | None:
        if source == target:
            return "same_task"
        if (source, target) in self.blocks:
            return "already_related"
        if source in self.blocked_by(target):
            return "dependency_cycle"
        self.blocks.add((source, target))
        return None

    def delete(self, pk: UUID) -> None:
        for part in self.parts_of(pk):
            self.tasks[part].parent = self.tasks[pk].parent
        self.tasks[pk].is_deleted = True

    def restore(self, pk: UUID) -> None:
        task = self.tasks[pk]
        if task.parent and self.why_not_below(pk, task.parent):
            task.parent = None
        task.is_deleted = False

    def transfer(self, pk: UUID, project: str) -> None:
        """With all below it, each level by id, to the ends of the columns there."""
        for one in [one for level in self.below(pk) for one in sorted(level)]:
            task = self.tasks[one]
            self._take(one)
            task.project, task.column = project, ALIKE[task.column]
            task.labels &= LABELS[project]
            self.columns[project, task.column].append(one)
        self.tasks[pk].parent = None

    def copies(self, pk: UUID) -> list[tuple[UUID, Part]]:
        """What a copy adds, each with the task it is a copy of, by number."""
        column = COLUMNS[self.tasks[pk].project][0]
        levels = [sorted(level, key=lambda one: self.tasks[one].number) for level in self.below(pk)]
        return [(one, replace(self.tasks[one], column=column)) for level in levels for one in level]

    def _take(self, pk: UUID) -> None:
        task = self.tasks[pk]
        self.columns[task.project, task.column].remove(pk)

    def _live_among(self, pks: Collection[UUID]) -> list[UUID]:
        return [pk for pk in pks if not self.tasks[pk].is_deleted]
