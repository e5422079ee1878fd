"""Workspaces, who belongs to them, and the base of every row that lives in one."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.models import User
from core.models import LockingQuerySet, Row, VersionedRow, public_id
from workspaces.rights import Standing, WorkspaceRole


class WorkspaceQuerySet(LockingQuerySet):
    """Workspaces, chosen and annotated."""

    def with_public_id(self, value: str) -> Self:
        """The workspace known by this id: the identity provider's or our own."""
        try:
            return self.filter(pk=uuid.UUID(value))
        except ValueError:
            return self.filter(external_org_id=value)

    def visible_to(self, user: User) -> Self:
        """The workspaces the person belongs to, with `actor_role` for the question of rights."""
        role = Membership.objects.of(user).filter(workspace=models.OuterRef("pk"))
        return self.alive().annotate(actor_role=role.values("role")).exclude(actor_role=None)


class Workspace(VersionedRow):
    """A tenant: the boundary nothing crosses."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140)
    image_url = models.URLField(max_length=500, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, related_name="owned_workspaces")
    external_org_id = models.CharField(max_length=64, null=True, blank=True, unique=True)
    public_id = public_id("external_org_id")
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("slug"), name="workspace_slug_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def standing_of(self, user: User) -> Standing:
        """What the person may do here; uses the annotation of `visible_to` where there is one."""
        role = getattr(self, "actor_role", None) or Membership.objects.role_of(user, self.pk)
        return Standing(workspace_role=role)


class TenantRow(Row):
    """A row that lives in exactly one workspace."""

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class VersionedTenantRow(VersionedRow):
    """A row people edit, living in exactly one workspace."""

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class MembershipQuerySet(LockingQuerySet):
    """Memberships, chosen."""

    def of(self, user: User) -> Self:
        """The person's own, as far as their credential reaches: every gate starts here."""
        theirs = self.filter(user=user)
        # A slot of a prepared query is bound to nothing; `Choice` sees to those that are.
        bound = getattr(user, "bound_to", None)
        return theirs if bound is None else theirs.filter(workspace_id__in=bound)

    def visible_to(self, user: User) -> Self:
        return self.filter(
            workspace__deleted_at=None,
            workspace_id__in=Membership.objects.of(user).values("workspace_id"),
        )

    def role_of(self, user: User, workspace_id: Any) -> str | None:
        """The person's role in the workspace, None for a stranger. One query."""
        roles = self.of(user).filter(workspace_id=workspace_id).values_list("role", flat=True)
        return roles.first()


class Membership(VersionedTenantRow):
    """A person's place in a workspace."""

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=WorkspaceRole, default=WorkspaceRole.MEMBER)
    message = models.TextField(max_length=2000, blank=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["workspace", "user"], name="person_once_per_workspace"),
            models.CheckConstraint(
                condition=Q(role__in=WorkspaceRole.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.workspace_id}: {self.role}"
