"""What people say about a task."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from comments.rights import DELETE_COMMENT
from core.models import RESTORE_WINDOW, UNPURGED, LockingQuerySet
from core.rights import Standing
from projects.models import Project, permitted
from tasks.models import Task
from workspaces.models import VersionedTenantRow


class CommentQuerySet(LockingQuerySet):
    """Comments, chosen."""

    def visible_to(self, user: User) -> Self:
        """The live comments on live tasks of the projects the person may read."""
        return self.filter(
            deleted_at=None,
            task__deleted_at=None,
            task__project__in=Project.objects.reachable_by(user),
        )

    def remembered_by(self, user: User) -> Self:
        """Those, with what was deleted so lately that it can come back."""
        lately = Q(deleted_at__gt=timezone.now() - RESTORE_WINDOW)
        return self.filter(
            Q(deleted_at=None) | lately,
            task__deleted_at=None,
            task__project__in=Project.objects.reachable_by(user),
        )

    def restorable_by(self, user: User, task: Task) -> Self:
        """What the person may bring back on a task they may read."""
        rows = self.remembered_by(user).filter(task=task, deleted_at__isnull=False)
        mine = permitted(DELETE_COMMENT, user, project="task__project__", own=Q(author=user))
        return rows.filter(mine)


class Comment(VersionedTenantRow):
    """A remark in Markdown, kept as it was written."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="comments", db_constraint=False)
    author = models.ForeignKey(User, models.PROTECT, related_name="comments")
    content = models.TextField(max_length=20_000)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    purged_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CommentQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["deleted_at"], name="comments_to_purge", condition=UNPURGED),
            models.Index(
                fields=["task", "created_at", "id"],
                name="live_comments_by_age",
                condition=Q(deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.content[:60]

    def standing_of(self, user: User) -> Standing:
        """What the person may do here follows from the task."""
        return self.task.standing_of(user)

    def belongs_to(self, user: User) -> bool:
        """Whether the person wrote it."""
        return self.author_id == user.pk
