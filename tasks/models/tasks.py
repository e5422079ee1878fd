"""Tasks."""

from datetime import date
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, Func, OuterRef, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from core.actor import Actor, Asking
from core.models import SharingQuerySet
from core.rights import Standing
from projects.models import (
    Category,
    Priority,
    Project,
    ProjectMembership,
    Status,
    permitted,
)
from tasks.models.indexes import INDEXES
from tasks.rights import DELETE_TASK
from workspaces.models import Membership, VersionedTenantRow


class TaskType(models.TextChoices):
    TASK = "TASK"
    BUG = "BUG"
    FEATURE = "FEATURE"
    IMPROVEMENT = "IMPROVEMENT"
    OTHER = "OTHER"


class Interval(models.TextChoices):
    """What a task that repeats is planned by."""

    DAY = "DAY"
    WEEK = "WEEK"
    MONTH = "MONTH"


FINISHED = (Category.DONE.value, Category.CLOSED.value)
"""The categories in which a task is complete."""

POSITION_STEP = 65_536
"""Distance of the positions of new tasks: others move between them without changing them."""


FAR, FARTHEST = date(3000, 1, 1), date(3000, 1, 2)
"""Later than any due date: of open tasks that have none, and of complete ones."""

NUMBERS = Value(10_000_000_000, models.BigIntegerField())
"""More than there are numbers of tasks."""

SINCE_1970: dict[str, Any] = {
    "template": "(%(expressions)s - date '1970-01-01')",
    "output_field": models.BigIntegerField(),
}
"""How a Func makes days of a date."""

MOST_MINUTES = 10 * 366 * 24 * 60
"""The largest estimate: ten years."""
MOST_INTERVALS = 366
"""The most days, weeks or months after which a task repeats."""


class TaskQuerySet(SharingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """The tasks, not deleted, of the projects the person may read."""
        return self.filter(deleted_at=None, project__in=Project.objects.reachable_by(asking))

    def visible_with_recently_deleted(self, asking: Asking) -> Self:
        """As `visible_to`, and those deleted within RESTORE_WINDOW."""
        return self.not_long_deleted().filter(project__in=Project.objects.reachable_by(asking))

    def restorable_by(self, actor: Actor) -> Self:
        """The deleted tasks that the person may restore."""
        own = Q(created_by=actor.user) | Q(assignee=actor.user)
        rows = self.visible_with_recently_deleted(actor).filter(deleted_at__isnull=False)
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
    description_html = models.TextField(blank=True, editable=False, default="", db_default="")
    html_version = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    """The VERSION of the rules of `core.markdown` that made `description_html`."""
    type = models.CharField(max_length=12, choices=TaskType, default=TaskType.TASK)
    priority = models.CharField(max_length=8, choices=Priority, default=Priority.MEDIUM)
    # Orders by few values have the number in them. PostgreSQL expects no rows after a place that
    # has the last value, which half of the tasks may have, and would read them all for a filter.
    priority_order = models.GeneratedField(
        expression=Case(
            *(When(priority=each, then=Value(rank)) for rank, each in enumerate(Priority.values))
        )
        * NUMBERS
        + F("number"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    """By it a list is ordered by priority, the lowest first."""
    # Without an index of its own: `task_position_once_per_column` begins with it, in whose order
    # boards read a column.
    status = models.ForeignKey(
        Status, models.PROTECT, related_name="tasks", db_constraint=False, db_index=False
    )
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
    # By triggers (`tasks/migrations/0004_relations.py`), because much besides the services of
    # relations changes it: columns, deletion, projects.
    open_blockers = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    is_blocked = models.GeneratedField(
        expression=ExpressionWrapper(Q(open_blockers__gt=0), models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    position = models.BigIntegerField()
    estimate_minutes = models.PositiveIntegerField(
        null=True, blank=True, validators=[MaxValueValidator(MOST_MINUTES)]
    )
    start_date = models.DateField(null=True, blank=True)
    due_date = models.DateField(null=True, blank=True)
    due_time = models.TimeField(null=True, blank=True)
    pending_due = models.GeneratedField(
        expression=Case(
            When(category__in=FINISHED, then=Value(FARTHEST)),
            default=Coalesce("due_date", Value(FAR)),
        ),
        output_field=models.DateField(),
        db_persist=True,
    )
    """The due date for as long as the task is open, else FARTHEST; FAR if it has none."""
    due_order = models.GeneratedField(
        expression=Func(Coalesce("due_date", Value(FAR)), **SINCE_1970) * NUMBERS + F("number"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    """By it a list is ordered by due date: tasks without one come last."""
    # The span of the task; a day if it has one of both dates, null if none.
    planned_from = models.GeneratedField(
        expression=Coalesce("start_date", "due_date"),
        output_field=models.DateField(),
        db_persist=True,
    )
    planned_until = models.GeneratedField(
        expression=Coalesce("due_date", "start_date"),
        output_field=models.DateField(),
        db_persist=True,
    )
    due_set_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    repeat_every = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_INTERVALS)]
    )
    repeat_unit = models.CharField(
        max_length=5, choices=Interval, blank=True, default="", db_default=""
    )
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
            models.UniqueConstraint(
                fields=["status", "position"],
                name="task_position_once_per_column",
                deferrable=models.Deferrable.IMMEDIATE,
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
            models.CheckConstraint(
                condition=Q(start_date=None) | Q(due_date=None) | Q(due_date__gte=F("start_date")),
                name="task_is_due_after_it_starts",
            ),
            models.CheckConstraint(
                condition=Q(repeat_every=None, repeat_unit="")
                | Q(repeat_every__gte=1, repeat_unit__in=Interval.values),
                name="task_repeats_after_an_interval",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="task_is_not_its_own_part"),
        ]
        indexes: ClassVar = INDEXES

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

    @property
    def spoken_key(self) -> str:
        """`ENG-123`; a query if the project was not selected with the task."""
        return f"{self.project.key}-{self.number}"

    def set_status(self, status: Status) -> None:
        """Set column, category and `completed_at`; the caller saves."""
        was_finished = self.category in FINISHED
        self.status, self.category = status, status.category
        if self.category not in FINISHED:
            self.completed_at = None
        elif not was_finished:
            self.completed_at = timezone.now()
