"""What can happen to a comment."""

from dataclasses import dataclass

from comments.models import Comment
from core.events import Event


@dataclass(frozen=True, kw_only=True)
class CommentAdded(Event):
    comment: Comment


@dataclass(frozen=True, kw_only=True)
class CommentEdited(Event):
    comment: Comment


@dataclass(frozen=True, kw_only=True)
class CommentDeleted(Event):
    comment: Comment


@dataclass(frozen=True, kw_only=True)
class CommentRestored(Event):
    comment: Comment


@dataclass(frozen=True, kw_only=True)
class CommentPurged(Event):
    """Its text was emptied, because it can no longer be restored."""

    comment: Comment
