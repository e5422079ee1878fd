"""Comments on tasks."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from accounts.models import User
from comments.rights import DELETE_COMMENT
from core.actor import Actor
from core.models import UNPURGED
from tasks.models import OnTask, OnTaskQuerySet, Task


class CommentQuerySet(OnTaskQuerySet):
    def restorable_by(self, actor: Actor, task: Task) -> Self:
        """The deleted comments on a task that the person may restore."""
        return self.deleted_on(task, DELETE_COMMENT, actor, own=Q(author=actor.user))


class Comment(OnTask):
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

    def belongs_to(self, user: User) -> bool:
        """Whether the person wrote it."""
        return self.author_id == user.pk
