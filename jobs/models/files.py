"""Files that jobs have made, such as exports, for their owners only."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from core.actor import Asking
from core.models import LockingQuerySet, Row
from jobs.models.jobs import Job, JobState
from workspaces.models import Workspace

LONGEST_NAME = 255
LONGEST_KEY = 400


class ResultFileQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """Files of the person's own completed jobs, until they expire."""
        jobs = Job.objects.visible_to(asking).filter(state=JobState.COMPLETED)
        return self.readable().filter(job__in=jobs)

    def readable(self) -> Self:
        return self.filter(size__isnull=False, expires_at__gt=Now())


class ResultFile(Row):
    """A file that a job has made. The row is there before the file, so that no file is forgotten.

    `size` is null until the file is stored. `job` is null once the job's row is gone; a worker
    removes what has expired, first the file, then the row.
    """

    job = models.ForeignKey(
        Job,
        models.SET_NULL,
        null=True,
        related_name="files",
        db_constraint=False,
        db_index=False,
    )
    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, related_name="+")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=LONGEST_KEY, editable=False)
    name = models.CharField(max_length=LONGEST_NAME)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(null=True)
    expires_at = models.DateTimeField(editable=False)

    objects = ResultFileQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "name"], name="result_file_once_per_job"),
        ]
        indexes: ClassVar = [models.Index(fields=["expires_at"], name="result_files_by_end")]

    def __str__(self) -> str:
        return self.name
