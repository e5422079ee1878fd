"""The people whom descriptions of tasks mention."""

from typing import ClassVar

from django.db import models

from projects.models import MentionRow
from tasks.models.tasks import Task


class TaskMention(MentionRow):
    """A person whom a description names, and who might read the task when it was written."""

    task = models.ForeignKey(
        Task, models.PROTECT, related_name="mentions", db_constraint=False, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "user"], name="person_mentioned_once_per_task"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.task_id}"
