"""What a job exports, as its actor may read it now: asked again for every page."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet
from django.utils.module_loading import import_string

from core.actor import Actor
from core.documents.conditions import Conditions, narrowed
from core.errors import Conflict, NotFound
from core.rights import require
from jobs.registry import Json, Run
from projects.models import Project
from tasks.models import Task
from workspaces.models import Membership, Workspace
from workspaces.rights import EXPORT_WORKSPACE, READ_ADDRESSES, WorkspaceRole

WHAT = WORKSPACE, TASKS = ("workspace", "tasks")
PAGE = 500
"""Tasks that are read at once."""
MOST_TASKS = 1_000_000
TOLD_EVERY = 1.0
"""Seconds between two reports."""


class ExportTooLarge(Conflict):
    message = f"An export has at most {MOST_TASKS:,} tasks."


@dataclass
class Scope:
    """The projects of an export and their tasks; read within `run.shown()`."""

    actor: Actor
    workspace: UUID
    payload: Json
    _conditions: dict[UUID, Conditions] = field(default_factory=dict)

    @property
    def is_workspace(self) -> bool:
        """Whether all of the workspace is exported."""
        return bool(self.payload["what"] == WORKSPACE)

    def check(self) -> Workspace:
        """The workspace; NotFound or Forbidden if the actor may not export this, or not any more.

        A list of tasks takes the right to read them.
        """
        workspaces = Workspace.objects.visible_to(self.actor)
        workspace: Workspace | None = workspaces.filter(pk=self.workspace).first()
        if workspace is None or ("project_id" in self.payload and not self.projects().exists()):
            raise NotFound
        if self.is_workspace:
            require(EXPORT_WORKSPACE, workspace, self.actor)
        return workspace

    def projects(self) -> QuerySet[Project]:
        found = Project.objects.reachable_by(self.actor).filter(workspace=self.workspace)
        if pk := self.payload.get("project_id"):
            found = found.filter(pk=pk)
        return found.order_by("key", "pk")

    def tasks(self, project: UUID) -> QuerySet[Task]:
        """The tasks of one project that are asked for."""
        if project not in self._conditions:
            self._conditions[project] = self._asked(project)
        rows = Task.objects.visible_to(self.actor).filter(project=project)
        return narrowed(rows, self._conditions[project])

    def may_read_addresses(self) -> bool:
        roles = READ_ADDRESSES.roles(WorkspaceRole)
        here = Membership.objects.of(self.actor).filter(workspace=self.workspace)
        return here.filter(role__in=roles).exists()

    def _asked(self, project: UUID) -> Conditions:
        """The filters as the list of the project's tasks understands them."""
        if not (parameters := self.payload.get("filters")):
            return ()
        # Loaded with the first filter: what serves HTTP is large, and workers do without it.
        found = import_string("tasks.api.list_conditions.list_conditions")
        conditions: Conditions = found(self.actor, project, parameters)
        return conditions


class Walk:
    """Goes through the tasks of a scope by project and number, each page in a transaction."""

    def __init__(self, run: Run, scope: Scope) -> None:
        self.run, self.scope = run, scope
        self.done = 0
        self.total: int | None = None
        self._told = time.monotonic()

    def through(self, take: Callable[[list[UUID]], None]) -> int:
        """Call `take` with the ids of each page, in its transaction; returns how many there were.

        What changes meanwhile is read as it is then. Refusals of `Scope.check` as it goes on.
        """
        with self.run.shown():
            self.scope.check()
            places = list(self.scope.projects().values_list("pk", flat=True))
            self.total = sum(self.scope.tasks(place).count() for place in places)
            self._check_number(self.total)
        for place in places:
            after: int | None = 0
            while after is not None:
                after = self._page(place, after, take)
        return self.done

    def tell(self, sentence: str) -> None:
        """Report how far it has come, if it has not done so in the last second."""
        if time.monotonic() - self._told > TOLD_EVERY:
            self.run.reporter.report(self.done, self.total, sentence)
            self._told = time.monotonic()

    def _page(self, project: UUID, after: int, take: Callable[[list[UUID]], None]) -> int | None:
        """Take one page; returns the number of its last task, None if that was the last page."""
        with self.run.shown():
            self.scope.check()
            rows = self.scope.tasks(project).filter(number__gt=after).order_by("number")
            found = list(rows.values_list("pk", "number")[:PAGE])
            if found:
                take([pk for pk, _ in found])
        self.done += len(found)
        self._check_number(self.done)
        self.tell(f"{self.done:,} tasks are written.")
        return found[-1][1] if len(found) == PAGE else None

    def _check_number(self, number: int) -> None:
        if number > MOST_TASKS:
            raise ExportTooLarge
