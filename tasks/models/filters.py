"""Saved filters: query parameters of a project's list of tasks, under a name."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.actor import Actor, Asking, person_in
from core.models import LockingQuerySet
from core.rights import Standing
from projects.models import Project
from workspaces.models import VersionedTenantRow

MOST_FILTERS = 100
"""In one project, of one person."""


class SavedFilterQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """Shared ones in the projects the person may read, and the person's own there."""
        return self.filter(
            Q(is_shared=True) | Q(owner=person_in(asking)),
            project__in=Project.objects.reachable_by(asking),
        )

    def with_standing_of(self, asking: Asking) -> Self:
        """With the project, on whose members `standing_of` depends."""
        return self.select_related("project")


class SavedFilter(VersionedTenantRow):
    """A filter that its owner alone sees, or everybody who may read the project."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="+", db_constraint=False)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    parameters = models.JSONField(default=dict, blank=True)
    is_shared = models.BooleanField(default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["project", "name", "id"], name="filters_of_a_project"),
        ]

    def __str__(self) -> str:
        return self.name

    def standing_of(self, actor: Actor) -> Standing:
        """The standing in its project."""
        return self.project.standing_of(actor)
