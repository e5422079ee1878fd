"""Comments that come from another product, many at a time."""

from collections.abc import Sequence

from comments.events import CommentAdded
from comments.models import Comment
from core.actor import Actor
from core.batches import insert_all
from core.events import IMPORT, publish_all


def add_imported_comments(*, actor: Actor, comments: Sequence[Comment]) -> None:
    """Insert comments on tasks of a project that the caller has locked; nobody is told of them.

    They mention nobody, and are rendered when they are read.
    """
    insert_all(comments)
    publish_all([CommentAdded(actor=actor, comment=each, origin=IMPORT) for each in comments])
