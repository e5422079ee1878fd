"""Workspaces, memberships, invitations, opt-outs, and the base classes of tenant rows."""

import uuid
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import User
from core.actor import Actor, Asking, bound_workspaces, person_in
from core.models import RESTORE_WINDOW, LockingQuerySet, Row, VersionedRow, as_uuid, public_id
from core.queries import compiled
from core.rights import Standing
from workspaces.rights import DELETE_WORKSPACE, WorkspaceRole


class WorkspaceQuerySet(LockingQuerySet):
    def with_public_id(self, value: str) -> Self:
        """The workspace with this id: our UUID, or else the identity provider's id."""
        pk = as_uuid(value)
        return self.filter(pk=pk) if pk else self.filter(external_org_id=value)

    def visible_to(self, asking: Asking) -> Self:
        """The workspaces the person belongs to, annotated with their role as `actor_role`."""
        return self.alive().joined_by(asking)

    def restorable_by(self, asking: Asking) -> Self:
        """Those deleted within RESTORE_WINDOW that the person may restore; none of a provider."""
        return self.joined_by(asking).filter(
            deleted_at__gt=timezone.now() - RESTORE_WINDOW,
            external_org_id=None,
            actor_role__in=DELETE_WORKSPACE.roles(WorkspaceRole),
        )

    def joined_by(self, asking: Asking) -> Self:
        role = Membership.objects.of(asking).filter(workspace=models.OuterRef("pk"))
        return self.annotate(actor_role=role.values("role")).exclude(actor_role=None)


class Workspace(VersionedRow):
    """A tenant; no row refers to a row of another workspace."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=140)
    image_url = models.URLField(max_length=500, blank=True)
    settings = models.JSONField(default=dict, blank=True)
    owner = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="owned_workspaces"
    )
    """None only while an identity provider has not named who created the organisation."""
    offered_to = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    """The member who may accept the ownership before `offer_expires_at`."""
    offered_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    offer_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    external_org_id = models.CharField(max_length=64, null=True, blank=True, unique=True)
    public_id = public_id("external_org_id")
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = WorkspaceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("slug"), name="workspace_slug_once"),
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"), name="workspace_slug_is_plain"
            ),
            models.CheckConstraint(
                condition=~Q(owner=None) | ~Q(external_org_id=None),
                name="workspace_has_an_owner_unless_from_a_provider",
            ),
            models.CheckConstraint(
                condition=Q(offered_to=None, offered_by=None, offer_expires_at=None)
                | ~Q(offered_to=None) & ~Q(offered_by=None) & ~Q(offer_expires_at=None),
                name="ownership_offer_is_whole",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def standing_of(self, actor: Actor) -> Standing:
        """The actor's role; without the annotation of `visible_to` that is one query."""
        role = getattr(self, "actor_role", None) or role_in_workspace.first(
            actor=actor, workspace=self.pk
        )
        return Standing(workspace_role=WorkspaceRole.held(role))


class TenantRow(Row):
    """A row of exactly one workspace."""

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class VersionedTenantRow(VersionedRow):
    """A row of exactly one workspace that people edit, with a version."""

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")

    class Meta:
        abstract = True


class PlaceQuerySet(LockingQuerySet):
    """Memberships of a workspace or of a project."""

    def of(self, asking: Asking) -> Self:
        """Those of the person asking, in the workspaces their credential is good for.

        All `visible_to` start from here.
        """
        theirs = self.filter(user=person_in(asking))
        bound = bound_workspaces(asking)
        return theirs if bound is None else theirs.filter(workspace_id__in=bound)


class MembershipQuerySet(PlaceQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        return self.filter(
            workspace__deleted_at=None,
            workspace_id__in=Membership.objects.of(asking).values("workspace_id"),
        )

    def with_public_id(self, value: str) -> Self:
        """The memberships of the person with this id."""
        return self.filter(user__in=User.objects.with_public_id(value))


class Membership(VersionedTenantRow):
    """A person's place in a workspace."""

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=10, choices=WorkspaceRole, default=WorkspaceRole.MEMBER)
    message = models.TextField(max_length=2000, blank=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(null=True, editable=False)
    """When the person created, joined by accepting, or first read something in the workspace.

    None while they have only been added by others.
    """

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

    def standing_of(self, actor: Actor) -> Standing:
        role = role_in_workspace.first(actor=actor, workspace=self.workspace_id)
        return Standing(workspace_role=WorkspaceRole.held(role))

    def belongs_to(self, user: User) -> bool:
        return self.user_id == user.pk


@compiled
def role_in_workspace(actor: Any, workspace: Any) -> models.QuerySet[Any]:
    """The role of the actor, or of a person, in the workspace."""
    rows = Membership.objects.of(actor).filter(workspace_id=workspace)
    return rows.values_list("role", flat=True)


class OptOutKind(models.TextChoices):
    DECLINED = "DECLINED"
    MUTED = "MUTED"


class OptOutQuerySet(LockingQuerySet):
    def of(self, *recipient_ids: uuid.UUID) -> Self:
        return self.filter(recipient_id__in=recipient_ids)

    def declined(self) -> Self:
        return self.filter(kind=OptOutKind.DECLINED)


class OptOut(TenantRow):
    """A recipient who wants no mail from a workspace; DECLINED ones cannot be added to it either.

    `recipient_id` is a person's id, or a hash of an address that has no account (`stranger_at`),
    as in `Delivery`; hence no foreign key.
    """

    recipient_id = models.UUIDField(editable=False)
    kind = models.CharField(max_length=8, choices=OptOutKind)

    objects = OptOutQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "recipient_id"], name="one_opt_out_per_recipient"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=OptOutKind.values), name="opt_out_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} from {self.workspace_id}: {self.kind}"


class InvitationStatus(models.TextChoices):
    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


class InvitationQuerySet(LockingQuerySet):
    def with_state(self) -> Self:
        """With `state`: the status, EXPIRED if it is PENDING and `expires_at` has passed."""
        lapsed = models.When(
            status=InvitationStatus.PENDING,
            expires_at__lte=timezone.now(),
            then=models.Value(InvitationStatus.EXPIRED.value),
        )
        return self.annotate(state=models.Case(lapsed, default=models.F("status")))

    def open(self) -> Self:
        """Those that can still be accepted."""
        alive = self.filter(workspace__deleted_at=None, status=InvitationStatus.PENDING)
        return alive.filter(expires_at__gt=timezone.now())

    def sent_to(self, *addresses: str) -> Self:
        return self.filter(email__in=addresses)


class Invitation(VersionedTenantRow):
    """A membership offered to an address; of the token in its link only the digest is kept."""

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="invitations")
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=10, choices=WorkspaceRole)
    message = models.TextField(max_length=2000, blank=True)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    status = models.CharField(
        max_length=8, choices=InvitationStatus, default=InvitationStatus.PENDING
    )
    sent_at = models.DateTimeField(editable=False)
    expires_at = models.DateTimeField(editable=False)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    accepted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "workspace",
                Lower("email"),
                name="one_pending_invitation_per_address",
                condition=Q(status=InvitationStatus.PENDING),
            ),
            models.CheckConstraint(
                condition=Q(role__in=WorkspaceRole.values), name="invitation_role_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=InvitationStatus.values), name="invitation_status_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} into {self.workspace_id}: {self.status}"
