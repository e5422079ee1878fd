"""Keys that tasks had before they were moved to another project."""

from typing import ClassVar

from django.db import models

from projects.models import Project
from tasks.models.tasks import Task
from workspaces.models import TenantRow


class FormerKey(TenantRow):
    """A task was known as this number of a project; the number is not given again."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="former_keys", db_constraint=False)
    project = models.ForeignKey(
        Project, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    number = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "number"], name="former_number_once_per_project"
            )
        ]

    def __str__(self) -> str:
        return f"{self.project_id}-{self.number}: {self.task_id}"
