"""Files from which tasks are imported, for who uploaded them only."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from core.actor import Actor, Asking, person_in
from core.models import LockingQuerySet
from core.rights import Standing
from workspaces.models import Membership, VersionedTenantRow, Workspace

LONGEST_NAME = 255
LONGEST_KEY = 400


class ImportFileState(models.TextChoices):
    """An upload that has only begun, a file that can be read."""

    PENDING = "PENDING"
    READY = "READY"


class ImportFileQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """The person's own files, in the workspaces they still belong to."""
        places = Membership.objects.of(asking).filter(workspace__deleted_at=None)
        return self.filter(
            uploaded_by=person_in(asking), workspace_id__in=places.values("workspace_id")
        )


class ImportFile(VersionedTenantRow):
    """A file that somebody has uploaded, or announced; it is in `storage_key`, never changed."""

    State = ImportFileState

    uploaded_by = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    file_name = models.CharField(max_length=LONGEST_NAME)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=8, choices=ImportFileState, default=ImportFileState.PENDING)
    storage_key = models.CharField(max_length=LONGEST_KEY, editable=False)

    objects = ImportFileQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=ImportFileState.values), name="import_file_state_known"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["uploaded_by", "workspace"], name="import_files_of_a_person"),
            models.Index(fields=["created_at"], name="import_files_by_age"),
            models.Index(fields=["storage_key"], name="import_files_by_key"),
        ]

    def __str__(self) -> str:
        return self.file_name

    def belongs_to(self, user: User) -> bool:
        return self.uploaded_by_id == user.pk

    def standing_of(self, actor: Actor) -> Standing:
        return Workspace(pk=self.workspace_id).standing_of(actor)
