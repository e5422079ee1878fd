"""Tasks, the numbers they are given and the statuses they went through."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import ExpressionWrapper, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from core.models import RESTORE_WINDOW, UNPURGED, LockingQuerySet, never_truncated
from core.rights import Standing
from projects.models import (
    Category,
    Priority,
    Project,
    ProjectMembership,
    Status,
    permitted,
)
from tasks.rights import DELETE_TASK
from workspaces.models import Membership, TenantRow, VersionedTenantRow, Workspace


class TaskType(models.TextChoices):
    TASK = "TASK"
    BUG = "BUG"
    FEATURE = "FEATURE"
    IMPROVEMENT = "IMPROVEMENT"
    OTHER = "OTHER"


FINISHED = (Category.DONE.value, Category.CLOSED.value)
"""The categories in which a task is complete."""

POSITION_STEP = 65_536
"""Room left between two neighbours in a column, so that a move rewrites one row."""


class TaskQuerySet(LockingQuerySet):
    """Tasks, chosen and annotated."""

    def visible_to(self, user: User) -> Self:
        """The live tasks of the projects the person may read."""
        return self.filter(deleted_at=None, project__in=Project.objects.reachable_by(user))

    def remembered_by(self, user: User) -> Self:
        """Those, with what was deleted so lately that it can come back."""
        lately = Q(deleted_at__gt=timezone.now() - RESTORE_WINDOW)
        readable = Project.objects.reachable_by(user)
        return self.filter(Q(deleted_at=None) | lately, project__in=readable)

    def restorable_by(self, user: User, project: Project) -> Self:
        """What the person may bring back in a project they may read."""
        own = Q(created_by=user) | Q(assignee=user)
        rows = self.remembered_by(user).filter(project=project, deleted_at__isnull=False)
        return rows.filter(permitted(DELETE_TASK, user, project="project__", own=own))

    def with_standing_of(self, user: User) -> Self:
        """Annotated for the question of rights, so that asking costs no further query."""
        return self.select_related("project").annotate(
            actor_workspace_role=Membership.objects.of(user)
            .filter(workspace=OuterRef("workspace"))
            .values("role"),
            actor_project_role=ProjectMembership.objects.of(user)
            .filter(project=OuterRef("project"))
            .values("role"),
        )

    def open(self) -> Self:
        """Not deleted and not complete."""
        return self.filter(deleted_at=None).exclude(category__in=FINISHED)


class Task(VersionedTenantRow):
    """Something to be done. Shown as `ENG-123`: the project's key and the task's number."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="tasks", db_constraint=False)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=255)
    description = models.TextField(max_length=50_000, blank=True)
    type = models.CharField(max_length=12, choices=TaskType, default=TaskType.TASK)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.MEDIUM)
    status = models.ForeignKey(Status, models.PROTECT, related_name="tasks", db_constraint=False)
    category = models.CharField(max_length=12, choices=Category)
    is_complete = models.GeneratedField(
        expression=ExpressionWrapper(Q(category__in=FINISHED), models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    assignee = models.ForeignKey(
        User,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_tasks",
    )
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="subtasks",
        db_constraint=False,
    )
    position = models.BigIntegerField()
    due_date = models.DateField(null=True, blank=True)
    due_time = models.TimeField(null=True, blank=True)
    due_set_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = TaskQuerySet.as_manager()

    actor_workspace_role: str | None
    actor_project_role: str | None

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "number"], name="task_number_once_per_project"
            ),
            models.CheckConstraint(condition=Q(type__in=TaskType.values), name="task_type_known"),
            models.CheckConstraint(
                condition=Q(priority__in=Priority.values), name="task_priority_known"
            ),
            models.CheckConstraint(
                condition=Q(category__in=Category.values), name="task_category_known"
            ),
            models.CheckConstraint(
                condition=Q(due_time=None) | ~Q(due_date=None), name="due_time_needs_a_due_date"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["project", "-created_at", "-id"],
                name="live_tasks_by_age",
                condition=Q(deleted_at=None),
            ),
            models.Index(fields=["deleted_at"], name="tasks_to_purge", condition=UNPURGED),
            models.Index(
                fields=["assignee", "project"],
                name="live_tasks_by_assignee",
                condition=Q(deleted_at=None),
            ),
            models.Index(
                fields=["status", "position"],
                name="live_tasks_by_column",
                condition=Q(deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def standing_of(self, user: User) -> Standing:
        """What the person may do with this task; uses `with_standing_of` where it was called."""
        if hasattr(self, "actor_workspace_role"):
            self.project.actor_workspace_role = self.actor_workspace_role
            self.project.actor_project_role = self.actor_project_role
        return self.project.standing_of(user)

    def belongs_to(self, user: User) -> bool:
        """Whether a right limited to one's own reaches it: made by, or given to, the person."""
        return user.pk in (self.created_by_id, self.assignee_id)

    def enter(self, status: Status) -> None:
        """Stand in this column, with everything that follows from it; the caller saves."""
        was_finished = self.category in FINISHED
        self.status, self.category = status, status.category
        if self.category not in FINISHED:
            self.completed_at = None
        elif not was_finished:
            self.completed_at = timezone.now()


class TaskCounter(models.Model):
    """The last number given in a project; its row lock is what keeps numbers without gaps."""

    project = models.OneToOneField(
        Project, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.last_number}"


class StatusChange(TenantRow):
    """One step of a task's life; never changed, never removed."""

    append_only = True

    task = models.ForeignKey(
        Task, models.PROTECT, related_name="status_changes", db_constraint=False
    )
    source = models.CharField(max_length=40, blank=True)
    target = models.CharField(max_length=40)
    actor = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["task", "created_at"], name="steps_of_a_task")]
        triggers: ClassVar = [
            pgtrigger.Protect(name="history_stands", operation=pgtrigger.Update | pgtrigger.Delete),
            never_truncated("history_is_not_truncated", "history is append-only"),
        ]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.source} → {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **{**kwargs, "force_insert": True})
