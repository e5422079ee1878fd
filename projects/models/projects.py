"""Projects and their members."""

from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from core.actor import Actor, Asking, Audience
from core.models import UNPURGED, SharingQuerySet
from core.queries import compiled
from core.rights import Need, Right, Role, Standing
from projects.rights import DELETE_PROJECT, READ_PROJECT, ProjectRole
from workspaces.models import (
    Membership,
    PlaceQuerySet,
    VersionedTenantRow,
    Workspace,
)
from workspaces.rights import WorkspaceRole


class Priority(models.TextChoices):
    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"
    URGENT = "URGENT"


class ProjectStatus(models.TextChoices):
    PLANNING = "PLANNING"
    ACTIVE = "ACTIVE"
    IN_PROGRESS = "IN_PROGRESS"
    ON_HOLD = "ON_HOLD"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


class Visibility(models.TextChoices):
    WORKSPACE = "WORKSPACE"
    PRIVATE = "PRIVATE"


class ProjectQuerySet(SharingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """The projects the person may read, annotated with the person's roles."""
        return self.reachable_by(asking).with_roles_of(asking)

    def reachable_by(self, asking: Asking) -> Self:
        """The projects the person may read, without annotations."""
        return self.open_to(asking).alive()

    def visible_with_recently_deleted(self, asking: Asking) -> Self:
        """As `visible_to`, and those deleted within RESTORE_WINDOW."""
        return self.open_to(asking).not_long_deleted().with_roles_of(asking)

    def restorable_by(self, asking: Asking) -> Self:
        """The deleted projects the person may restore."""
        deleted = self.visible_with_recently_deleted(asking).exclude(deleted_at=None)
        return deleted.filter(permitted(DELETE_PROJECT, asking))

    def with_roles_of(self, asking: Asking) -> Self:
        """Annotated with the person's roles, which `standing_of` then uses without a query."""
        return self.annotate(
            actor_workspace_role=Membership.objects.of(asking)
            .filter(workspace=OuterRef("workspace"))
            .values("role"),
            actor_project_role=ProjectMembership.objects.of(asking)
            .filter(project=OuterRef("pk"))
            .values("role"),
        )

    def open_to(self, asking: Asking) -> Self:
        """The projects the person may read, deleted ones included, in workspaces not deleted."""
        if isinstance(asking, Audience):
            return self.filter(pk=asking.project_id, workspace__deleted_at=None)
        return self.filter(permitted(READ_PROJECT, asking), workspace__deleted_at=None)


def permitted(right: Right, asking: Asking, *, project: str = "", own: Q | None = None) -> Q:
    """A condition for the rows on which the person has the right.

    `project` is the path from the row to its project, `own` the condition for the person's own
    rows, to which a right may be limited.
    """

    def holding(kind: type[Role], roles: list[str]) -> Q:
        if kind is WorkspaceRole:
            places = Membership.objects.of(asking).filter(role__in=roles).values("workspace_id")
            return Q(**{f"{project}workspace_id__in": places})
        theirs = ProjectMembership.objects.of(asking)
        # If every role has the right, being a member is enough; the role is not compared.
        part = theirs if set(roles) == set(ProjectRole.values) else theirs.filter(role__in=roles)
        return Q(**{f"{project}pk__in": part.values("project_id")})

    meeting = {
        Need.NOT_PRIVATE: Q(**{f"{project}visibility": Visibility.WORKSPACE}),
        Need.UNLED: Q(**{f"{project}team_lead": None}),
    }
    return right.condition(holding, meeting if own is None else {**meeting, Need.OWN: own})


class Project(VersionedTenantRow):
    """A project of a workspace, with members, columns and tasks."""

    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="projects")
    key = models.CharField(max_length=10)
    name = models.CharField(max_length=200)
    description = models.TextField(max_length=20_000, blank=True)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.WORKSPACE)
    status = models.CharField(max_length=12, choices=ProjectStatus, default=ProjectStatus.ACTIVE)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.MEDIUM)
    progress = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(100)])
    start_date = models.DateField(null=True, blank=True)
    end_date = models.DateField(null=True, blank=True)
    completion_requires_unblocked = models.BooleanField(
        default=False,
        db_default=False,
        help_text="No task is completed as long as open tasks block it.",
    )
    team_lead = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ProjectQuerySet.as_manager()

    actor_workspace_role: str | None
    actor_project_role: str | None

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["workspace", "key"], name="project_key_once_per_workspace"
            ),
            models.CheckConstraint(
                condition=Q(status__in=ProjectStatus.values), name="project_status_known"
            ),
            models.CheckConstraint(
                condition=Q(priority__in=Priority.values), name="project_priority_known"
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values), name="project_visibility_known"
            ),
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="project_progress_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(start_date=None) | Q(end_date=None) | Q(end_date__gte=F("start_date")),
                name="project_ends_after_it_starts",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["workspace", "-created_at", "-id"],
                name="live_projects_by_age",
                condition=Q(deleted_at=None),
            ),
            models.Index(fields=["deleted_at"], name="projects_to_purge", condition=UNPURGED),
            models.Index(
                fields=["workspace", "status"],
                name="live_projects_by_status",
                condition=Q(deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    def standing_of(self, actor: Actor) -> Standing:
        """The actor's roles; without the annotations of `visible_to` that is one query."""
        if hasattr(self, "actor_workspace_role"):
            held = self.actor_workspace_role, self.actor_project_role
        else:
            held = roles_in_project.first(actor=actor, project=self.pk) or (None, None)
        return Standing(
            workspace_role=WorkspaceRole.held(held[0]),
            project_role=ProjectRole.held(held[1]),
            is_led=self.team_lead_id is not None,
            is_private=self.visibility == Visibility.PRIVATE,
        )


class ProjectMembershipQuerySet(PlaceQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        return self.filter(project__in=Project.objects.reachable_by(asking))

    def set_role(self, role: str) -> None:
        """Give all of them this role, and increase their versions."""
        self.update(role=role, version=F("version") + 1, updated_at=timezone.now())


class ProjectMembership(VersionedTenantRow):
    """A person's membership of a project, which requires one of its workspace."""

    project = models.ForeignKey(
        Project, models.CASCADE, related_name="memberships", db_constraint=False
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="project_memberships")
    role = models.CharField(max_length=10, choices=ProjectRole, default=ProjectRole.MEMBER)

    objects = ProjectMembershipQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "user"], name="person_once_per_project"),
            models.UniqueConstraint(
                fields=["project"], name="one_lead_per_project", condition=Q(role=ProjectRole.LEAD)
            ),
            models.CheckConstraint(
                condition=Q(role__in=ProjectRole.values), name="project_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.project_id}: {self.role}"


@compiled
def roles_in_project(actor: Any, project: Any) -> models.QuerySet[Any]:
    """The actor's role in the project's workspace, and in the project."""
    rows = Project.objects.filter(pk=project).with_roles_of(actor)
    return rows.values_list("actor_workspace_role", "actor_project_role")


@compiled
def role_in_project(person: Any, project: Any) -> models.QuerySet[Any]:
    rows = ProjectMembership.objects.filter(user=person, project_id=project)
    return rows.values_list("role", flat=True)
