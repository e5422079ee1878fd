"""Webhooks of workspaces, and what was posted to them last."""

from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.actor import Actor, Asking
from core.models import LockingQuerySet
from core.queries import compiled
from core.rights import Standing
from outbox.models import Delivery
from workspaces.models import Membership, VersionedTenantRow, Workspace
from workspaces.rights import MANAGE_WEBHOOKS, WorkspaceRole

LONGEST_URL = 1000
MOST_EVENTS = 100
"""How many kinds of events a webhook names at most."""
HEAD = 2000
"""How many characters of a body are kept."""


class Format(models.TextChoices):
    """What is posted: the whole event, or a sentence as Slack or Discord take it."""

    STANDARD = "STANDARD"
    SLACK = "SLACK"
    DISCORD = "DISCORD"


class WebhookQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """Those of the workspaces whose webhooks the person manages."""
        managing = MANAGE_WEBHOOKS.roles(WorkspaceRole)
        places = Membership.objects.of(asking).filter(role__in=managing)
        return self.filter(
            workspace__deleted_at=None, workspace_id__in=places.values("workspace_id")
        )


class Webhook(VersionedTenantRow):
    """An address to which the events of a workspace are posted.

    `events` are kinds such as `task.created`, or entities such as `task`; none means all. Secrets
    are sealed; the former one signs along until `former_until`. `failures` are those since the
    last success; until `rests_until` nothing is sent after one. `busy_until` is when the sender
    who has the turn has lost it at the latest. What senders write changes no version.
    """

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=LONGEST_URL)
    events = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    format = models.CharField(max_length=8, choices=Format, default=Format.STANDARD)
    is_enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True, editable=False)
    secret = models.CharField(max_length=200, editable=False)
    former_secret = models.CharField(max_length=200, blank=True, editable=False)
    former_until = models.DateTimeField(null=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    rests_until = models.DateTimeField(null=True, editable=False)
    busy_until = models.DateTimeField(null=True, editable=False)
    milliseconds = models.PositiveIntegerField(default=0, editable=False)
    """How long the last answer took."""

    objects = WebhookQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(format__in=Format.values), name="webhook_format_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def standing_of(self, actor: Actor) -> Standing:
        return Workspace(pk=self.workspace_id).standing_of(actor)

    def wants(self, entity: str, action: str) -> bool:
        """Whether it takes events of this kind."""
        return not self.events or entity in self.events or f"{entity}.{action}" in self.events


class WebhookContent(models.Model):
    """What was posted for a delivery at `posted_at`, and how that was answered.

    Written in the transaction that begins the attempt; `status_code` is null until there is an
    answer, `milliseconds` is how long it took. `body_head` is the beginning of the body.
    """

    delivery = models.OneToOneField(
        Delivery, models.CASCADE, primary_key=True, related_name="posted", editable=False
    )
    workspace_id = models.UUIDField(editable=False)
    body_head = models.TextField(blank=True, editable=False)
    status_code = models.PositiveSmallIntegerField(null=True, editable=False)
    milliseconds = models.PositiveIntegerField(null=True, editable=False)
    posted_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["posted_at"], name="webhook_bodies", condition=~Q(body_head="")),
        ]

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.status_code}"


@compiled
def webhooks_of(workspace: Any) -> models.QuerySet[Webhook]:
    """The webhooks of one workspace."""
    return Webhook.objects.filter(workspace=workspace)
