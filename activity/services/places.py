"""Where the row of an event belongs: its project and task, and the person it is about."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Model

from core.events import Changes, Event
from projects.models import Project, ProjectMembership
from tasks.events import FilterUpdated, TaskTransferred
from tasks.models import SavedFilter, Task
from workspaces.models import Membership

MEMBERSHIPS = (Membership, ProjectMembership)


def projects_of_tasks(rows: Sequence[Any]) -> Mapping[UUID, UUID]:
    """The project of each task the rows stand on; a query only for tasks that are not loaded."""
    found, unknown = {}, set()
    for row in rows:
        if (pk := getattr(row, "task_id", None)) is None:
            continue
        task = vars(row)["_state"].fields_cache.get("task")
        if task is not None:
            found[pk] = task.project_id
        else:
            unknown.add(pk)
    if missing := unknown - found.keys():
        tasks = Task.objects.filter(pk__in=missing).values_list("pk", "project_id")
        found.update(tasks)
    return found


def place_of(row: Any, happening: Event, projects: Mapping[UUID, UUID]) -> dict[str, UUID | None]:
    """The columns of an `Event` that say where its row belongs, and who alone may read of it."""
    task = row.pk if isinstance(row, Task) else getattr(row, "task_id", None)
    project = row.pk if isinstance(row, Project) else getattr(row, "project_id", None)
    if project is None and task is not None:
        project = projects[task]
    return {
        "project_id": project,
        "task_id": task,
        "former_project_id": happening.before.pk
        if isinstance(happening, TaskTransferred)
        else None,
        "person_id": row.user_id if isinstance(row, MEMBERSHIPS) else None,
        "private_to": _only_reader(row, happening),
    }


def first_role(row: Model, action: str) -> Changes:
    """The role with which somebody was added, which the membership may not have later."""
    if action == "added" and isinstance(row, MEMBERSHIPS):
        return {"role": {"old": None, "new": str(row.role)}}
    return {}


def _only_reader(row: Any, happening: Event) -> UUID | None:
    """The owner of a filter that nobody else sees; who saw it is told that it is private now."""
    if not isinstance(row, SavedFilter):
        return None
    is_seen = row.is_shared
    if isinstance(happening, FilterUpdated):
        is_seen = happening.seen_by_others
    return None if is_seen else row.owner_id
