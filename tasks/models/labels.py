"""Labels of a project, and which tasks have them."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models.functions import Lower

from core.actor import Actor, Asking
from core.models import LockingQuerySet
from core.queries import compiled
from core.rights import Standing
from projects.models import Project, check_color
from tasks.models.tasks import Task
from workspaces.models import TenantRow, VersionedTenantRow


class LabelQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """The labels of the projects, not deleted, that the person may read."""
        readable = Project.objects.reachable_by(asking)
        return self.filter(project__in=readable, project__deleted_at=None)


class Label(VersionedTenantRow):
    """A word by which tasks of a project are grouped across columns."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="labels", db_constraint=False, db_index=False
    )
    name = models.CharField(max_length=50)
    color = models.CharField(max_length=7, default="#6b7280", validators=[check_color])

    objects = LabelQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint("project", Lower("name"), name="label_name_once_per_project")
        ]

    def __str__(self) -> str:
        return self.name

    def standing_of(self, actor: Actor) -> Standing:
        return self.project.standing_of(actor)


class TaskLabel(TenantRow):
    """A task has a label."""

    task = models.ForeignKey(
        Task, models.CASCADE, related_name="task_labels", db_constraint=False, db_index=False
    )
    label = models.ForeignKey(
        Label, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "label"], name="label_once_per_task")
        ]
        indexes: ClassVar = [models.Index(fields=["label", "task"], name="tasks_with_a_label")]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.label_id}"


@compiled
def labels_of(project: Any) -> models.QuerySet[Any]:
    """The labels of a project, by name."""
    return Label.objects.filter(project=project).order_by("name", "pk")
