"""Comments on tasks."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from comments.rights import DELETE_COMMENT
from core.actor import Actor, Asking
from core.models import RESTORE_WINDOW, UNPURGED, LockingQuerySet
from core.rights import Standing
from projects.models import Project, permitted
from tasks.models import Task
from workspaces.models import VersionedTenantRow


class CommentQuerySet(LockingQuerySet):
    def visible_to(self, asking: Asking) -> Self:
        """The comments, not deleted, on tasks not deleted of the projects the person may read."""
        return self.filter(
            deleted_at=None,
            task__deleted_at=None,
            task__project__in=Project.objects.reachable_by(asking),
        )

    def with_standing_of(self, asking: Asking) -> Self:
        """With the task and its project, on whose members `standing_of` depends."""
        return self.select_related("task__project")

    def visible_with_recently_deleted(self, asking: Asking) -> Self:
        """As `visible_to`, and those deleted within RESTORE_WINDOW."""
        lately = Q(deleted_at__gt=timezone.now() - RESTORE_WINDOW)
        return self.filter(
            Q(deleted_at=None) | lately,
            task__deleted_at=None,
            task__project__in=Project.objects.reachable_by(asking),
        )

    def restorable_by(self, actor: Actor, task: Task) -> Self:
        """The deleted comments on a task that the person may restore."""
        rows = self.visible_with_recently_deleted(actor).filter(task=task, deleted_at__isnull=False)
        mine = permitted(DELETE_COMMENT, actor, project="task__project__", own=Q(author=actor.user))
        return rows.filter(mine)


class Comment(VersionedTenantRow):
    """A comment on a task, in Markdown as it was written; or a reply to one that is none itself.

    Replies stay when the comment they belong to is deleted.
    """

    task = models.ForeignKey(Task, models.PROTECT, related_name="comments", db_constraint=False)
    author = models.ForeignKey(User, models.PROTECT, related_name="comments")
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="replies",
        db_constraint=False,
        db_index=False,
    )
    content = models.TextField(max_length=20_000)
    content_html = models.TextField(blank=True, editable=False, default="", db_default="")
    html_version = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    """The VERSION of the rules of `core.markdown` that made `content_html`."""
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
            models.Index(
                fields=["parent", "created_at", "id"],
                name="live_replies_by_age",
                condition=Q(deleted_at=None, parent__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.content[:60]

    def standing_of(self, actor: Actor) -> Standing:
        """The standing in the project of its task."""
        return self.task.standing_of(actor)

    def belongs_to(self, user: User) -> bool:
        """Whether the person wrote it."""
        return self.author_id == user.pk
