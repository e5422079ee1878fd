"""What people want to hear of, by which channel, and when their mail may come."""

from datetime import time
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.models import Row
from notifications.models.inbox import NotificationKind
from projects.models import Project
from workspaces.models import TenantRow

EIGHT = time(8)


class Preference(TenantRow):
    """Whether a person hears of one kind in a workspace, or only in one project of it.

    That of the project counts before that of the workspace; without either, the default does.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    project = models.ForeignKey(
        Project, models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    kind = models.CharField(max_length=18, choices=NotificationKind)
    in_inbox = models.BooleanField()
    by_mail = models.BooleanField()
    unsubscribed = models.BooleanField(default=False, editable=False)
    """Whether `by_mail` was switched off by the link of a mail, whose page can undo that."""

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "workspace", "project", "kind"],
                name="preference_once_per_place",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(kind__in=NotificationKind.values), name="preference_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.kind}"


class Digest(models.TextChoices):
    OFF = "OFF"
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"


class MailSchedule(Row):
    """When mail may come to a person, by the clock of their time zone; without a row, always.

    In quiet hours, which may go past midnight, mail waits until they end. With a digest, what
    can wait comes at `digest_at`, and weekly on `digest_weekday` (0 is Monday).
    """

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_schedule"
    )
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    digest = models.CharField(max_length=6, choices=Digest, default=Digest.OFF)
    digest_at = models.TimeField(default=EIGHT)
    digest_weekday = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(digest__in=Digest.values), name="mail_schedule_digest_known"
            ),
            models.CheckConstraint(
                condition=Q(digest_weekday__lte=6), name="mail_schedule_weekday_known"
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="mail_schedule_quiet_hours_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.digest}"


class MailBatch(TenantRow):
    """The last mail to a person about a task, or about the workspace apart from its tasks.

    The delivery takes more in until it is claimed; `goes_at` is when it goes, or went.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )
    about_id = models.UUIDField(editable=False)
    """The id of the task or of the workspace."""
    delivery_id = models.UUIDField(editable=False)
    goes_at = models.DateTimeField(editable=False)

    class Meta:
        verbose_name_plural = "mail batches"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "about_id"], name="mail_batch_once_per_person"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["goes_at"], name="mail_batches_by_age")]

    def __str__(self) -> str:
        return f"{self.delivery_id} → {self.person_id}"
