"""The inbox: what people are told, and the tasks of which they want to hear nothing."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.actor import Asking, bound_workspaces, person_in
from core.models import LockingQuerySet, Row
from projects.models import Project
from tasks.models import Task
from workspaces.models import Membership, TenantRow, Workspace


class NotificationKind(models.TextChoices):
    """What people are told of. Preferences are kept for each."""

    ASSIGNED = "ASSIGNED"
    UNASSIGNED = "UNASSIGNED"
    STATUS_CHANGED = "STATUS_CHANGED"
    COMMENTED = "COMMENTED"
    MENTIONED = "MENTIONED"
    DUE_SOON = "DUE_SOON"
    DUE_TODAY = "DUE_TODAY"
    OVERDUE = "OVERDUE"
    INVITED = "INVITED"
    MEMBERSHIP_CHANGED = "MEMBERSHIP_CHANGED"
    LEAD_CHANGED = "LEAD_CHANGED"
    JOB_ENDED = "JOB_ENDED"


class InboxCounter(models.Model):
    """The last number of a person's inbox; locked only while a transaction commits."""

    kept_by_triggers = True

    person_id = models.UUIDField(primary_key=True)
    last_seq = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.person_id}: {self.last_seq}"


class NotificationQuerySet(LockingQuerySet):
    def of(self, asking: Asking) -> Self:
        """Those in the person's inbox, snoozed ones too."""
        return self.filter(recipient=person_in(asking), in_inbox=True)

    def visible_to(self, asking: Asking) -> Self:
        """Those of the person's inbox about what they may read today.

        Those without a workspace are not for credentials that are bound to some.
        """
        places = Membership.objects.of(asking).filter(workspace__deleted_at=None)
        projects = Project.objects.reachable_by(asking).values("pk")
        readable = Q(project=None, workspace__in=places.values("workspace_id"))
        readable |= Q(project__in=projects, task=None)
        readable |= Q(project__in=projects, task__deleted_at=None, task__isnull=False)
        if bound_workspaces(asking) is None:
            readable |= Q(workspace=None)
        return self.of(asking).filter(readable)

    def awake(self) -> Self:
        """Those not snoozed until later."""
        return self.filter(Q(snoozed_until=None) | Q(snoozed_until__lte=Now()))

    def snoozed(self) -> Self:
        return self.filter(snoozed_until__gt=Now())

    def unread(self) -> Self:
        """Those neither read nor snoozed until later."""
        return self.awake().filter(read_at=None)


class Notification(Row):
    """What one person is told: of one event, or by one reminder.

    `seq` grows in each inbox: a deferred trigger sets it just before the commit, for new rows and
    for those whose `seq` was set to null because they changed. What one may not read any more
    stays in the table and is not shown. A person who does not belong to the workspace (yet) is
    told without one; `facts` then has what is shown.
    """

    Kind = NotificationKind

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    seq = models.BigIntegerField(null=True, editable=False)
    kind = models.CharField(max_length=18, choices=NotificationKind)
    key = models.CharField(max_length=120, editable=False)
    """What it is about, once per recipient: the event or the reminder, and the kind."""
    workspace = models.ForeignKey(
        Workspace, models.CASCADE, null=True, related_name="+", db_index=False
    )
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, related_name="+", db_constraint=False, db_index=False
    )
    """That of the task, wherever it is moved."""
    task = models.ForeignKey(Task, models.CASCADE, null=True, related_name="+", db_constraint=False)
    comment_id = models.UUIDField(null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    """The person who caused it; null for the system, such as reminders."""
    facts = models.JSONField(default=dict)
    in_inbox = models.BooleanField(default=True)
    """False for what is only mailed."""
    delivery_id = models.UUIDField(null=True)
    """The delivery that mails it, alone or with others."""
    read_at = models.DateTimeField(null=True)
    snoozed_until = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recipient", "key"], name="notification_once_per_recipient"
            ),
            models.UniqueConstraint(
                fields=["recipient", "seq"], name="notification_number_once_per_inbox"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=NotificationKind.values), name="notification_kind_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["recipient", "created_at", "id"],
                name="notifications_in_order",
                condition=Q(in_inbox=True),
            ),
            models.Index(
                fields=["recipient"],
                name="notifications_unread",
                condition=Q(in_inbox=True, read_at=None),
            ),
            models.Index(
                fields=["delivery_id"],
                name="notifications_mailed",
                condition=Q(delivery_id__isnull=False),
            ),
            models.Index(
                fields=["snoozed_until"],
                name="notifications_to_wake",
                condition=Q(snoozed_until__isnull=False),
            ),
            models.Index(fields=["created_at"], name="notifications_by_age"),
            models.Index(
                fields=["read_at"],
                name="notifications_read",
                condition=Q(read_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.recipient_id}"


class MutedTask(TenantRow):
    """A task of which a person hears only assignments and mentions: what is meant for them."""

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    task = models.ForeignKey(
        Task, models.CASCADE, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["task", "person"], name="task_muted_once_per_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} hears nothing of {self.task_id}"
