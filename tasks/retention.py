"""What becomes of tasks that can no longer be restored."""

from django.db.models.functions import Now

from core.context import as_system
from core.events import publish_all
from core.retention import purge_batch, retained
from projects.models import RESTORE_WINDOW
from tasks.events import TaskPurged
from tasks.models import Task


@retained("texts of deleted tasks", RESTORE_WINDOW, at_once=100)
@as_system("purging deleted tasks")
def purge_tasks(at_most: int) -> int:
    old = Task.objects.filter(deleted_at__lt=Now() - RESTORE_WINDOW)
    tasks = purge_batch(old, "title", "description", at_most=at_most)
    publish_all([TaskPurged(actor=None, task=task) for task in tasks])
    return len(tasks)
