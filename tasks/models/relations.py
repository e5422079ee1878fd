"""Relations between two tasks of a workspace."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least

from accounts.models import User
from core.actor import Actor, Asking
from core.models import LockingQuerySet
from core.rights import Standing
from projects.models import Project
from tasks.models.tasks import Task
from workspaces.models import TenantRow


class RelationKind(models.TextChoices):
    """What the source is to the target."""

    BLOCKS = "BLOCKS"
    RELATES = "RELATES"
    DUPLICATES = "DUPLICATES"


class RelatedAs(models.TextChoices):
    """What one of the two tasks is to the other; relations are shown and added from its side."""

    BLOCKS = "BLOCKS"
    BLOCKED_BY = "BLOCKED_BY"
    RELATES_TO = "RELATES_TO"
    DUPLICATES = "DUPLICATES"
    DUPLICATED_BY = "DUPLICATED_BY"

    @property
    def of_source(self) -> bool:
        """Whether the one is the source; of RELATES both are alike."""
        return self not in (self.BLOCKED_BY, self.DUPLICATED_BY)

    @property
    def stored(self) -> RelationKind:
        match self:
            case RelatedAs.BLOCKS | RelatedAs.BLOCKED_BY:
                return RelationKind.BLOCKS
            case RelatedAs.RELATES_TO:
                return RelationKind.RELATES
            case _:
                return RelationKind.DUPLICATES

    @property
    def inverse(self) -> "RelatedAs":
        """What the other one is."""
        return next(
            each
            for each in RelatedAs
            if each.stored == self.stored
            and (each == RelatedAs.RELATES_TO or each.of_source != self.of_source)
        )

    @classmethod
    def seen(cls, kind: str, *, from_source: bool) -> "RelatedAs":
        """What the source, or the target, of a relation of this kind is to the other."""
        found = next(each for each in cls if each.stored == kind)
        return found if from_source else found.inverse


class RelationQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """Between two tasks, neither deleted, of projects the person may read."""
        readable = Project.objects.reachable_by(asking)
        return self.filter(
            source__deleted_at=None,
            target__deleted_at=None,
            source__project__in=readable,
            target__project__in=readable,
        )

    def of_task(self, task: Any) -> Self:
        return self.filter(Q(source=task) | Q(target=task))


class Relation(TenantRow):
    """The source blocks, duplicates or simply belongs with the target.

    Triggers count in the target how many open tasks block it. Relations of deleted tasks stay, for
    the case that they are restored.
    """

    source = models.ForeignKey(
        Task, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    target = models.ForeignKey(
        Task, models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    kind = models.CharField(max_length=10, choices=RelationKind)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = RelationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=RelationKind.values), name="relation_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(source=F("target")), name="relation_is_between_two_tasks"
            ),
            models.UniqueConstraint(
                Least("source", "target"),
                Greatest("source", "target"),
                "kind",
                name="relation_once_per_pair_and_kind",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["source", "kind", "target"], name="relations_by_source"),
            models.Index(fields=["target", "kind", "source"], name="relations_by_target"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"

    def standing_of(self, actor: Actor) -> Standing:
        """The standing in the project of the source."""
        return self.source.standing_of(actor)
