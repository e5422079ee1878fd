"""Purging tasks that can no longer be restored."""

from collections.abc import Sequence

from django.db.models import Q

from core.context import as_system
from core.models import PURGED_AFTER
from core.retention import PURGE, delete_contents, deletes_contents_of, purge_batch, retained
from projects.models import Project
from tasks.events import TaskPurged
from tasks.models import Relation, Task


@retained("texts of deleted tasks", PURGED_AFTER, at_once=100)
@as_system("purging deleted tasks")
def purge_tasks(at_most: int) -> int:
    return purge_batch(
        Task,
        "title",
        "description",
        "description_html",
        at_most=at_most,
        event=lambda task: TaskPurged(actor=PURGE, task=task),
    )


@deletes_contents_of(Task)
def delete_relations_of(tasks: Sequence[Task], at_most: int) -> int:
    """Delete the relations of tasks to be purged: they cannot be shown again."""
    ids = [task.pk for task in tasks]
    rows = Relation.objects.filter(Q(source__in=ids) | Q(target__in=ids))
    keys = list(rows.values_list("pk", flat=True)[:at_most])
    Relation.objects.filter(pk__in=keys).delete()
    return len(keys)


@deletes_contents_of(Project)
def delete_tasks_of(projects: Sequence[Project], at_most: int) -> int:
    """Mark the tasks of projects to be purged as deleted; they are purged later."""
    return delete_contents(Task, "project", projects, at_most)
