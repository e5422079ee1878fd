"""Jobs: their state, progress and claims."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from core.actor import Asking, bound_workspaces, person_in
from core.models import LockingQuerySet, VersionedRow
from workspaces.models import Membership, Workspace

LONGEST_TYPE = 20
LONGEST_SENTENCE = 300


class JobState(models.TextChoices):
    PENDING = "PENDING"
    PROCESSING = "PROCESSING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


UNFINISHED = (JobState.PENDING.value, JobState.PROCESSING.value)


class JobQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """The person's own jobs, in the workspaces they still belong to, and those in none.

        Jobs in none are not for credentials that are bound to workspaces.
        """
        places = Membership.objects.of(asking).filter(workspace__deleted_at=None)
        readable = Q(workspace__in=places.values("workspace_id"))
        if bound_workspaces(asking) is None:
            readable |= Q(workspace=None)
        return self.filter(readable, owner=person_in(asking))

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)


class Job(VersionedRow):
    """Long work that a person has asked for. The row is the truth; messages to workers are hints.

    It is done in steps. `position` is where the next step begins, as the type's own JSON;
    `failures` are those of the next step: errors, and workers that died in it. Whoever has the
    `claim` may take steps until `next_at`; of a job that nobody has, that is when it is due.
    `ending` is what the job becomes once the effects of its steps have been taken back.
    """

    State = JobState

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    workspace = models.ForeignKey(
        Workspace, models.CASCADE, null=True, related_name="+", db_index=False
    )
    tenant_id = models.UUIDField(editable=False)
    """Whose turn the job takes: the workspace's, or the owner's without one."""
    type = models.CharField(max_length=LONGEST_TYPE)
    payload = models.JSONField(default=dict)
    idempotency_key = models.CharField(max_length=255, blank=True, editable=False)
    credential = models.JSONField(default=list, editable=False)
    """A `Kept`: what the person had signed in with, looked up again whenever a step is taken."""
    state = models.CharField(max_length=10, choices=JobState, default=JobState.PENDING)
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(null=True)
    sentence = models.CharField(max_length=LONGEST_SENTENCE, blank=True)
    """What it is doing, or has done, for people."""
    result: Any = models.JSONField(null=True)
    error: Any = models.JSONField(null=True)
    """`{"code": …, "message": …}`, and `errors` by field, of a job that failed."""
    attempts = models.PositiveIntegerField(default=0)
    """How many times a worker has begun it, or begun it again after an error or a crash."""
    failures = models.PositiveIntegerField(default=0, editable=False)
    position = models.JSONField(null=True, editable=False)
    ending = models.CharField(max_length=10, choices=JobState, blank=True, editable=False)
    claim = models.UUIDField(null=True, editable=False)
    next_at = models.DateTimeField(db_default=Now(), editable=False)
    seconds = models.FloatField(default=0, editable=False)
    """How long workers have worked on it."""
    started_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, editable=False)
    """When the person asked for its end."""

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "idempotency_key"],
                name="job_key_once_per_owner",
                condition=~Q(idempotency_key=""),
            ),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["owner", "created_at", "id"], name="jobs_of_a_person"),
            models.Index(fields=["owner", "updated_at"], name="jobs_by_change"),
            models.Index(
                fields=["tenant_id", "next_at"],
                name="jobs_by_turn",
                condition=Q(state__in=UNFINISHED),
            ),
            models.Index(fields=["next_at"], name="jobs_by_time", condition=Q(finished_at=None)),
            models.Index(fields=["workspace"], name="jobs_of_a_workspace"),
            models.Index(
                fields=["finished_at"], name="jobs_by_end", condition=Q(finished_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.state}"
