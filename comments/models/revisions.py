"""The texts that edited comments have had."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models

from accounts.models import User
from comments.models.comments import Comment
from core.models import never_changed
from workspaces.models import TenantRow


class Revision(TenantRow):
    """A text of a comment that was edited, the first and the present one included.

    `content` is empty once erased: when its author or that of the comment is deleted, or the
    comment is purged.
    """

    append_only = True
    erasable = ("content",)

    comment = models.ForeignKey(
        Comment, models.PROTECT, related_name="revisions", db_constraint=False, db_index=False
    )
    author = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    """Who wrote this text; None for the system."""
    content = models.TextField(max_length=20_000)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["comment", "created_at", "id"], name="revisions_of_a_comment")
        ]
        triggers = never_changed(
            "revisions_are", ~pgtrigger.Q(new__content="") | pgtrigger.Q(old__content="")
        )

    def __str__(self) -> str:
        return f"{self.comment_id} of {self.created_at}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        super().save(*args, **{**kwargs, "force_insert": True})
