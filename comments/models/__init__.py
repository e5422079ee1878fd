"""Comments, and what is kept about each: former texts, reactions, whom it mentions."""

from comments.models.comments import Comment
from comments.models.reactions import Emoji, Mention, Reaction
from comments.models.revisions import Revision

__all__ = ["Comment", "Emoji", "Mention", "Reaction", "Revision"]
