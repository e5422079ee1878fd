"""Reactions to events: texts are erased with their author, or when a comment is purged."""

from collections.abc import Sequence

from accounts.events import PersonDeleted
from comments.events import CommentPurged
from comments.services.revisions import erase_revisions_by, erase_revisions_of
from core.events import subscribe, subscribe_batch


@subscribe(PersonDeleted)
def erase_revisions_of_deleted_person(event: PersonDeleted) -> None:
    erase_revisions_by(person=event.person)


@subscribe_batch(CommentPurged)
def erase_revisions_of_comments(events: Sequence[CommentPurged]) -> None:
    erase_revisions_of(comments=[event.comment for event in events])
