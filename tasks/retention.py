"""What becomes of tasks that can no longer be restored."""

from collections.abc import Sequence

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Now

from core.context import as_system
from core.models import PURGED_AFTER
from core.retention import deletes_contents_of, purge_batch, retained
from projects.models import Project
from tasks.events import TaskPurged
from tasks.models import Task


@retained("texts of deleted tasks", PURGED_AFTER, at_once=100)
@as_system("purging deleted tasks")
def purge_tasks(at_most: int) -> int:
    old = Task.objects.filter(deleted_at__lt=Now() - PURGED_AFTER)
    return purge_batch(
        old,
        "title",
        "description",
        at_most=at_most,
        event=lambda task: TaskPurged(actor=None, task=task),
    )


@deletes_contents_of(Project)
def delete_tasks_of(projects: Sequence[Project], at_most: int) -> int:
    """Have tasks of projects that can no longer be restored purged in their turn."""
    alive = Task.objects.alive().filter(project__in=[project.pk for project in projects])
    keys = list(alive.values_list("pk", flat=True)[:at_most])
    since = Project.objects.filter(pk=OuterRef("project_id")).values("deleted_at")
    return Task.objects.filter(pk__in=keys).update(
        deleted_at=Subquery(since), version=F("version") + 1, updated_at=Now()
    )
