"""The numbers of tasks per project and the history of their statuses."""

from typing import Any, ClassVar

from django.db import models

from accounts.models import User
from core.models import never_changed
from projects.models import Project
from tasks.models.tasks import Task
from workspaces.models import TenantRow, Workspace


class TaskCounter(models.Model):
    """The last number and position of a project's tasks.

    Its row lock makes the numbers gapless, and keeps positions as they are while one is chosen.
    """

    project = models.OneToOneField(
        Project, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    last_number = models.PositiveIntegerField(default=0)
    last_position = models.BigIntegerField(db_default=0)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.last_number}"


class StatusChange(TenantRow):
    """A change of a task's column, by the columns' keys; never changed or deleted."""

    append_only = True

    task = models.ForeignKey(
        Task, models.PROTECT, related_name="status_changes", db_constraint=False
    )
    source = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=40)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["task", "created_at"], name="steps_of_a_task")]
        triggers = never_changed("history_is")

    def __str__(self) -> str:
        return f"{self.task_id}: {self.source} → {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **{**kwargs, "force_insert": True})
