"""What can happen to a comment."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import User
from comments.models import Comment
from core.events import Event


@dataclass(frozen=True, kw_only=True)
class CommentAdded(Event):
    """`mentioned` are the people named in the text who may read the task."""

    comment: Comment
    mentioned: Sequence[User] = ()


@dataclass(frozen=True, kw_only=True)
class CommentEdited(Event):
    """`mentioned` are those who were not mentioned before."""

    comment: Comment
    mentioned: Sequence[User] = ()


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


@dataclass(frozen=True, kw_only=True)
class ReactionAdded(Event):
    comment: Comment


@dataclass(frozen=True, kw_only=True)
class ReactionRemoved(Event):
    comment: Comment
