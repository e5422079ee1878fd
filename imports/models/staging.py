"""The rows of a file while its import goes on, and the tasks that came from them."""

from typing import Any, ClassVar

from django.db import models

from projects.models import Project
from tasks.models import Task
from workspaces.models import TenantRow

LONGEST_ID = 200
LONGEST_SOURCE = 20


def no_flaws() -> list[Any]:
    return []


class ImportRow(TenantRow):
    """A row of a file that a job imports; its id is that of the task it becomes.

    Removed when the job ends. `content` is the record as JSON, empty if it has `flaws`: those are
    `{"field": …, "message": …, "value": …}`.
    """

    job_id = models.UUIDField()
    number = models.PositiveIntegerField()
    """Where it stands in the file, from 1."""
    external_id = models.CharField(max_length=LONGEST_ID)
    """Its id in the source; of a file without ids, made of what is in the file and the number."""
    parent = models.CharField(max_length=LONGEST_ID, blank=True)
    """The external id of the task it is part of."""
    content = models.JSONField(default=dict)
    flaws = models.JSONField(default=no_flaws)
    size = models.PositiveIntegerField(default=0)
    """Bytes of `content`."""
    level = models.PositiveSmallIntegerField(default=0)
    """How many tasks of the file it stands below."""
    known_task_id = models.UUIDField(null=True)
    """The task that an earlier import made of it."""
    parent_task_id = models.UUIDField(null=True)
    """The task it is to be part of."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job_id", "number"], name="import_row_once_per_job"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["job_id", "external_id"], name="import_rows_by_id"),
            models.Index(fields=["job_id", "level", "number"], name="import_rows_in_order"),
            models.Index(fields=["created_at"], name="import_rows_by_age"),
            models.Index(
                fields=["job_id", "parent_task_id"],
                name="import_rows_by_parent",
                condition=models.Q(parent_task_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.number}"


class ExternalReference(TenantRow):
    """A task was imported into the project from this row of a source; it is not imported again."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )
    source = models.CharField(max_length=LONGEST_SOURCE)
    external_id = models.CharField(max_length=LONGEST_ID)
    task = models.ForeignKey(Task, models.CASCADE, related_name="+", db_constraint=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "source", "external_id"], name="imported_once_per_project"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_id}: {self.task_id}"
