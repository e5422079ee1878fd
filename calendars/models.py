"""Secret addresses at which calendar programs read due dates."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from core.actor import Asking, bound_workspaces, person_in
from core.models import LockingQuerySet, VersionedRow
from projects.models import Project
from workspaces.models import Membership, Workspace

DIGEST = 64


class CalendarFeedQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """The person's own feeds, in the workspaces their credential is good for.

        Those of all workspaces are not for credentials that are bound to some.
        """
        own = self.filter(owner=person_in(asking))
        if bound_workspaces(asking) is None:
            return own
        return own.filter(workspace__in=Membership.objects.of(asking).values("workspace_id"))


class CalendarFeed(VersionedRow):
    """A calendar of its owner's tasks, in one workspace or all, or of all tasks of a project.

    Who knows its token reads what the owner may read at that moment. Only the token's SHA-256 is
    stored.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    workspace = models.ForeignKey(Workspace, models.CASCADE, null=True, related_name="+")
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    digest = models.CharField(max_length=DIGEST, unique=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(project=None) | Q(workspace__isnull=False),
                name="calendar_of_a_project_is_in_its_workspace",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id}: {self.project_id or self.workspace_id or 'all'}"

    def belongs_to(self, user: User) -> bool:
        return self.owner_id == user.pk
