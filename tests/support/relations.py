"""Chains of tasks, and the relations between tasks asked for over HTTP."""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any

from projects.models import Project
from tasks.models import RelatedAs, Relation, RelationKind, Task
from tasks.services.relations import add_relation
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of


def some_tasks(cast: Cast, count: int, project: Project | None = None) -> list[Task]:
    """So many tasks of the project, in the order of their numbers."""
    project = project or cast.project
    return [create_task(actor=by(cast.ada), project=project, title=f"T{n}") for n in range(count)]


def block(cast: Cast, *tasks: Task) -> None:
    """Each of the tasks blocks the next one."""
    for blocker, blocked in pairwise(tasks):
        add_relation(actor=by(cast.ada), task=blocker, other=blocked, kind=RelatedAs.BLOCKS)


def rows_of_tasks(cast: Cast, count: int) -> list[Task]:
    """So many open tasks of the project, written at once."""
    same: dict[str, Any] = {"project": cast.project, "workspace": cast.workspace}
    same |= {"status": cast.project.statuses.get(key="TODO"), "category": "TODO"}
    rows = (Task(number=n, position=n, created_by=cast.ada, **same) for n in range(99, count + 99))
    return Task.objects.bulk_create(rows, 1000)


def rows_of_blocks(cast: Cast, pairs: Iterable[tuple[Task, Task]]) -> None:
    """Such relations, written at once; triggers count them."""
    same = {"workspace": cast.workspace, "created_by": cast.ada, "kind": RelationKind.BLOCKS}
    Relation.objects.bulk_create((Relation(source=a, target=b, **same) for a, b in pairs), 1000)


def is_blocked(cast: Cast, task: Task) -> bool:
    shown = client_of(cast.ada).ask("GET", f"/api/tasks/{task.pk}")["data"]["is_blocked"]
    assert shown is Task.objects.get(pk=task.pk).is_blocked
    return bool(shown)


def other_task(task: Task) -> dict[str, Any]:
    """A task as its relations show it."""
    task = Task.objects.get(pk=task.pk)
    return {
        "id": str(task.pk),
        "key": f"{task.project.key}-{task.number}",
        "title": task.title,
        "status": task.status.key,
        "category": task.category,
        "is_complete": task.is_complete,
        "project_id": str(task.project_id),
    }
