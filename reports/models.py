"""Reports that are made and mailed again and again."""

from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import User
from core.actor import Actor, Asking, person_in
from core.models import LockingQuerySet
from core.rights import Standing
from projects.models import Project
from workspaces.models import Membership, TenantRow, VersionedTenantRow
from workspaces.rights import SCHEDULE_REPORTS, WorkspaceRole


class What(models.TextChoices):
    BURNDOWN = "burndown"
    """How many tasks there were, and were left, at the end of each step."""
    THROUGHPUT = "throughput"
    """How many tasks were completed in each step."""
    WORKLOAD = "workload"
    """The open tasks of each assignee, and how many of them are due in the range."""


class Step(models.TextChoices):
    DAY = "day"
    WEEK = "week"

    @property
    def length(self) -> timedelta:
        return timedelta(weeks=1) if self is Step.WEEK else timedelta(days=1)


class Period(models.TextChoices):
    """What a scheduled report is about: the last whole week, from Monday, or calendar month."""

    WEEK = "week"
    MONTH = "month"

    @property
    def last_day(self) -> int:
        """The last day on which it may be due: Sunday, or one that every month has."""
        return 7 if self is Period.WEEK else 28


class ReportScheduleQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """The person's own, where they may still have some."""
        places = Membership.objects.of(asking).filter(
            role__in=SCHEDULE_REPORTS.roles(WorkspaceRole), workspace__deleted_at=None
        )
        return self.filter(owner=person_in(asking), workspace_id__in=places.values("workspace_id"))


class ReportSchedule(VersionedTenantRow):
    """A report that is made for its owner and mailed to members: weekly, or once a month.

    It is due on `day`, 1 for Monday or the first of the month, at `hour` by the owner's clock.
    `credential` is a `Kept`: with what it was asked for.
    """

    project = models.ForeignKey(
        Project, models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    what = models.CharField(max_length=10, choices=What)
    step = models.CharField(max_length=4, choices=Step, default=Step.DAY)
    period = models.CharField(max_length=5, choices=Period, default=Period.WEEK)
    day = models.PositiveSmallIntegerField(default=1)
    hour = models.PositiveSmallIntegerField(default=8)
    is_enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True, editable=False)
    next_at = models.DateTimeField(null=True, editable=False)
    credential = models.JSONField(default=list, editable=False)

    objects = ReportScheduleQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(what__in=What.values), name="report_what_known"),
            models.CheckConstraint(condition=Q(step__in=Step.values), name="report_step_known"),
            models.CheckConstraint(
                condition=Q(period__in=Period.values), name="report_period_known"
            ),
            models.CheckConstraint(
                condition=Q(day__range=(1, 28), hour__lte=23), name="report_time_exists"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"], name="due_report_schedules", condition=Q(is_enabled=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} of the last {self.period}"

    def standing_of(self, actor: Actor) -> Standing:
        """The standing in its workspace."""
        return self.workspace.standing_of(actor)

    def belongs_to(self, user: User) -> bool:
        return self.owner_id == user.pk


class ReportRecipient(TenantRow):
    """Somebody who gets a scheduled report by mail, if they may read it then."""

    schedule = models.ForeignKey(
        ReportSchedule, models.CASCADE, related_name="recipients", db_constraint=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    objects = LockingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["schedule", "user"], name="report_once_per_recipient"),
        ]

    def __str__(self) -> str:
        return f"{self.schedule_id} to {self.user_id}"
