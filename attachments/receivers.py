"""Reactions to events about people."""

from accounts.events import PersonDeleted
from attachments.services.removal import end_uploads_of
from core.events import subscribe


@subscribe(PersonDeleted)
def end_uploads_of_deleted(event: PersonDeleted) -> None:
    end_uploads_of(actor=event.actor, person=event.person)
