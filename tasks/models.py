"""Tasks, their numbers per project and the history of their statuses."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import ExpressionWrapper, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from core.actor import Actor, Asking
from core.models import RESTORE_WINDOW, UNPURGED, SharingQuerySet, never_truncated
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
"""Distance of positions in a column; a task moves between two others without changing them."""


FILTERED = ("status", "type", "priority", "assignee", "due_date")
"""What lists of tasks are filtered by: category and `is_complete` follow from the status."""


def _live(name: str, *fields: str) -> models.Index:
    """An index of the tasks that are not deleted."""
    return models.Index(fields=fields, name=name, condition=Q(deleted_at=None))


def _ordered(name: str, *order: str) -> models.Index:
    """An index from which a project's tasks are read in this order.

    PostgreSQL compares what lists are filtered by in the index itself, so that it reads no task
    that a list does not show.
    """
    return _live(name, "project", *order, *FILTERED)


class TaskQuerySet(SharingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """The tasks, not deleted, of the projects the person may read."""
        return self.filter(deleted_at=None, project__in=Project.objects.reachable_by(asking))

    def visible_with_recently_deleted(self, asking: Asking) -> Self:
        """As `visible_to`, and those deleted within RESTORE_WINDOW."""
        lately = Q(deleted_at__gt=timezone.now() - RESTORE_WINDOW)
        readable = Project.objects.reachable_by(asking)
        return self.filter(Q(deleted_at=None) | lately, project__in=readable)

    def restorable_by(self, actor: Actor, project: Project) -> Self:
        """The deleted tasks of a project that the person may restore."""
        own = Q(created_by=actor.user) | Q(assignee=actor.user)
        recent = self.visible_with_recently_deleted(actor)
        rows = recent.filter(project=project, deleted_at__isnull=False)
        return rows.filter(permitted(DELETE_TASK, actor, project="project__", own=own))

    def with_standing_of(self, asking: Asking) -> Self:
        """With the project and the person's roles, which `standing_of` uses without a query."""
        return self.select_related("project").annotate(
            actor_workspace_role=Membership.objects.of(asking)
            .filter(workspace=OuterRef("workspace"))
            .values("role"),
            actor_project_role=ProjectMembership.objects.of(asking)
            .filter(project=OuterRef("project"))
            .values("role"),
        )

    def open(self) -> Self:
        """Not deleted and not complete."""
        return self.filter(deleted_at=None).exclude(category__in=FINISHED)


class Task(VersionedTenantRow):
    """Something to be done. Shown as `ENG-123`: the project's key and the task's number."""

    # Without an index of its own: `task_number_once_per_project` begins with it.
    project = models.ForeignKey(
        Project, models.PROTECT, related_name="tasks", db_constraint=False, db_index=False
    )
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
            models.Index(fields=["deleted_at"], name="tasks_to_purge", condition=UNPURGED),
            models.Index(
                fields=["project", "deleted_at"],
                name="deleted_tasks_by_project",
                condition=Q(deleted_at__isnull=False),
            ),
            _ordered("live_tasks_by_age", "-created_at", "-id"),
            _ordered("live_tasks_by_change", "updated_at", "id"),
            _ordered("live_tasks_by_number", "number", "id"),
            _ordered("live_tasks_by_title", "title", "id"),
            _live("live_tasks_by_assignee", "assignee", "project"),
            _live("live_tasks_by_column", "status", "position"),
            _live("live_tasks_by_type", "project", "type", "priority"),
            _live("live_tasks_by_due_date", "project", "due_date"),
        ]

    def __str__(self) -> str:
        return self.title

    def standing_of(self, actor: Actor) -> Standing:
        """The actor's roles in the project; no query for rows of `with_standing_of`."""
        if hasattr(self, "actor_workspace_role"):
            self.project.actor_workspace_role = self.actor_workspace_role
            self.project.actor_project_role = self.actor_project_role
        return self.project.standing_of(actor)

    def belongs_to(self, user: User) -> bool:
        """Whether the person created it or is its assignee, for rights limited to one's own."""
        return user.pk in (self.created_by_id, self.assignee_id)

    def set_status(self, status: Status) -> None:
        """Set column, category and `completed_at`; the caller saves."""
        was_finished = self.category in FINISHED
        self.status, self.category = status, status.category
        if self.category not in FINISHED:
            self.completed_at = None
        elif not was_finished:
            self.completed_at = timezone.now()


class TaskCounter(models.Model):
    """The last task number of a project; its row lock makes the numbers gapless."""

    project = models.OneToOneField(
        Project, models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    workspace = models.ForeignKey(Workspace, models.PROTECT, related_name="+")
    last_number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.project_id}: {self.last_number}"


class StatusChange(TenantRow):
    """A change of a task's column, by the columns' keys; never changed or deleted."""

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
