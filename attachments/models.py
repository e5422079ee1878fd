"""Files attached to tasks, and how many bytes each workspace has stored."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from attachments.files.names import LONGEST
from attachments.files.types import PICTURES
from attachments.rights import DELETE_ATTACHMENT
from comments.models import Comment
from core.actor import Actor, Asking, person_in
from core.models import UNPURGED, LockingQuerySet
from tasks.models import OnTask, OnTaskQuerySet, Task
from workspaces.models import Workspace

LONGEST_TYPE = 100
LONGEST_KEY = 400


class State(models.TextChoices):
    """An upload that has only begun, a file that can be read, one that must not be read."""

    PENDING = "PENDING"
    READY = "READY"
    QUARANTINED = "QUARANTINED"


SHOWN = (State.READY.value, State.QUARANTINED.value)
"""The states of attachments that everybody sees who sees the task."""


class AttachmentQuerySet(OnTaskQuerySet):
    def readable_by(self, asking: Asking) -> Self:
        """An upload that is not complete is visible to who began it only."""
        begun = Q(uploaded_by=person_in(asking))
        return super().readable_by(asking).filter(Q(state__in=SHOWN) | begun)

    def restorable_by(self, actor: Actor, task: Task) -> Self:
        """The deleted attachments of a task that the person may restore."""
        own = Q(uploaded_by=actor.user)
        rows = self.deleted_on(task, DELETE_ATTACHMENT, actor, own=own)
        return rows.filter(purged_at=None, state__in=SHOWN)

    def shown(self) -> Self:
        """Complete and not deleted."""
        return self.filter(deleted_at=None, state__in=SHOWN)


class Attachment(OnTask):
    """A file on a task, perhaps belonging to a comment. The file itself is in `storage_key`."""

    # Without an index of its own: `live_attachments_by_age` begins with it.
    task = models.ForeignKey(
        Task, models.PROTECT, related_name="attachments", db_constraint=False, db_index=False
    )
    comment = models.ForeignKey(
        Comment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="attachments",
        db_constraint=False,
    )
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=LONGEST)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    content_type = models.CharField(max_length=LONGEST_TYPE, blank=True)
    claimed_type = models.CharField(max_length=LONGEST_TYPE, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    storage_key = models.CharField(max_length=LONGEST_KEY, blank=True)
    thumbnail_key = models.CharField(max_length=LONGEST_KEY, blank=True)
    thumbnail_size = models.PositiveIntegerField(null=True, blank=True)
    thumbnail_tried_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="attachment_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["deleted_at"], name="attachments_to_purge", condition=UNPURGED),
            models.Index(
                fields=["task", "created_at", "id"],
                name="live_attachments_by_age",
                condition=Q(deleted_at=None),
            ),
            models.Index(
                fields=["created_at"],
                name="unfinished_uploads",
                condition=Q(state="PENDING", purged_at=None),
            ),
            models.Index(
                fields=["purged_at"],
                name="files_to_remove",
                condition=Q(purged_at__isnull=False) & ~Q(storage_key=""),
            ),
            models.Index(
                fields=["storage_key"], name="attachments_by_file", condition=~Q(storage_key="")
            ),
            models.Index(
                fields=["created_at"],
                name="pictures_not_tried",
                condition=Q(
                    state="READY",
                    deleted_at=None,
                    thumbnail_tried_at=None,
                    content_type__in=PICTURES,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def belongs_to(self, user: User) -> bool:
        """Whether the person uploaded it."""
        return self.uploaded_by_id == user.pk


class Sweep(models.Model):
    """How far a search through all files has come: the next one begins after `last_key`."""

    name = models.CharField(max_length=40, primary_key=True, editable=False)
    last_key = models.TextField(blank=True, editable=False)
    noted_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.name


class StoredBytes(models.Model):
    """The bytes of a workspace's files; its row lock makes the quota hold for uploads at once."""

    workspace = models.OneToOneField(Workspace, models.CASCADE, primary_key=True, related_name="+")
    total = models.BigIntegerField(default=0)

    objects = LockingQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stored bytes"

    def __str__(self) -> str:
        return f"{self.workspace_id}: {self.total}"
