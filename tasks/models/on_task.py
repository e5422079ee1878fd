"""What hangs on a task, such as a comment: who may see it is who may see the task."""

from typing import Self

from django.db import models
from django.db.models import Q

from core.actor import Actor, Asking
from core.models import LockingQuerySet
from core.rights import Right, Standing
from projects.models import Project, permitted
from tasks.models.tasks import Task
from workspaces.models import VersionedTenantRow


class OnTaskQuerySet(LockingQuerySet):
    """Rows with a `task` and a `deleted_at`."""

    def visible_to(self, asking: Asking) -> Self:
        """Those, not deleted, on tasks not deleted of the projects the person may read."""
        return self.readable_by(asking).alive()

    def visible_with_recently_deleted(self, asking: Asking) -> Self:
        """As `visible_to`, and those deleted within RESTORE_WINDOW."""
        return self.readable_by(asking).not_long_deleted()

    def readable_by(self, asking: Asking) -> Self:
        """As `visible_to`, and those that are deleted."""
        projects = Project.objects.reachable_by(asking)
        return self.filter(task__deleted_at=None, task__project__in=projects)

    def with_standing_of(self, asking: Asking) -> Self:
        """With the task and its project, on whose members `standing_of` depends."""
        return self.select_related("task__project")

    def deleted_on(self, task: Task, right: Right, actor: Actor, *, own: Q) -> Self:
        """The deleted ones of a task on which the actor has the right; `own` says which are theirs.

        Those only that can be restored.
        """
        rows = self.visible_with_recently_deleted(actor).filter(task=task, deleted_at__isnull=False)
        return rows.filter(permitted(right, actor, project="task__project__", own=own))


class OnTask(VersionedTenantRow):
    task: models.ForeignKey[Task, Task]

    class Meta:
        abstract = True

    def standing_of(self, actor: Actor) -> Standing:
        """The standing in the project of its task."""
        return self.task.standing_of(actor)
