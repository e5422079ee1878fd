"""Who follows a task."""

from typing import ClassVar

from django.db import models

from accounts.models import User
from tasks.models.tasks import Task
from workspaces.models import TenantRow


class Watcher(TenantRow):
    """A person follows a task, since `created_at`."""

    task = models.ForeignKey(
        Task, models.CASCADE, related_name="watchers", db_constraint=False, db_index=False
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "user"], name="watcher_once_per_task")
        ]
        indexes: ClassVar = [models.Index(fields=["user", "task"], name="tasks_somebody_watches")]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.task_id}"
