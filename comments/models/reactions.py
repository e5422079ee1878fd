"""Reactions to comments, and the people mentioned in them."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import User
from comments.models.comments import Comment
from projects.models import MentionRow
from workspaces.models import TenantRow


class Emoji(models.TextChoices):
    THUMBS_UP = "👍"
    THUMBS_DOWN = "👎"
    HEART = "❤️"
    PARTY = "🎉"
    GRIN = "😄"
    THINKING = "🤔"
    CONFUSED = "😕"
    SAD = "😢"
    EYES = "👀"
    CLAP = "👏"
    THANKS = "🙏"
    ROCKET = "🚀"
    FIRE = "🔥"
    HUNDRED = "💯"
    DONE = "✅"
    NO = "❌"


class Reaction(TenantRow):
    """A person's reaction to a comment: each emoji once."""

    comment = models.ForeignKey(
        Comment, models.PROTECT, related_name="reactions", db_constraint=False, db_index=False
    )
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    emoji = models.CharField(max_length=8, choices=Emoji)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "emoji", "user"], name="reaction_once"),
            models.CheckConstraint(
                condition=Q(emoji__in=Emoji.values), name="reaction_emoji_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.emoji} on {self.comment_id}"


class Mention(MentionRow):
    """A person whom a comment names, and who might read its task when it was written."""

    comment = models.ForeignKey(
        Comment, models.PROTECT, related_name="mentions", db_constraint=False, db_index=False
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["comment", "user"], name="person_mentioned_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.comment_id}"
