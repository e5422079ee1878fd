"""The columns of a project that its tasks move through, and the moves between them."""

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from core.actor import Actor, Asking
from core.models import LockingQuerySet
from core.queries import compiled
from core.rights import Standing
from projects.models.projects import Project
from workspaces.models import TenantRow, VersionedTenantRow

MOST_TASKS = 10_000
"""The highest limit of tasks in a column."""

check_color = RegexValidator(r"\A#[0-9a-fA-F]{6}\Z", "Must be a colour such as #3b82f6.")


class Category(models.TextChoices):
    """What a column means, independent of its name."""

    TODO = "TODO", "To do"
    IN_PROGRESS = "IN_PROGRESS", "In progress"
    DONE = "DONE"
    CLOSED = "CLOSED"


class StatusQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        return self.filter(project__in=Project.objects.reachable_by(asking))


class Status(VersionedTenantRow):
    """A column of the board. Tasks show its `key` as their status, also after it is renamed.

    More tasks than `wip_limit` are not refused; boards warn of them.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="statuses", db_constraint=False
    )
    key = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    color = models.CharField(max_length=7, default="#6b7280", validators=[check_color])
    position = models.PositiveIntegerField()
    category = models.CharField(max_length=12, choices=Category)
    is_default = models.BooleanField(default=False)
    wip_limit = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_TASKS)]
    )

    objects = StatusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "statuses"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "key"], name="status_key_once_per_project"),
            models.UniqueConstraint(
                fields=["project", "position"],
                name="status_position_once_per_project",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(
                fields=["project"],
                name="one_default_status_per_project",
                condition=Q(is_default=True),
            ),
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="status_category_known"
            ),
            models.CheckConstraint(
                condition=Q(wip_limit=None) | Q(wip_limit__gte=1), name="wip_limit_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def standing_of(self, actor: Actor) -> Standing:
        return self.project.standing_of(actor)


@compiled
def columns_of(project: Any) -> models.QuerySet[Any]:
    """The columns of a project, in the order of the board."""
    return Status.objects.filter(project=project).order_by("position")


class Transition(TenantRow):
    """A move between two columns that the project's workflow allows."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="transitions", db_constraint=False
    )
    source = models.ForeignKey(Status, models.CASCADE, related_name="exits", db_constraint=False)
    target = models.ForeignKey(Status, models.CASCADE, related_name="entries", db_constraint=False)

    objects = LockingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "target"], name="transition_once"),
            models.CheckConstraint(condition=~Q(source=F("target")), name="transition_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.target_id}"


@compiled
def transitions_of(project: Any) -> models.QuerySet[Any]:
    """The transitions of a project, with the column each leads to."""
    return Transition.objects.filter(project=project).select_related("target")
