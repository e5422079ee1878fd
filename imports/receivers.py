"""Reactions to events about people."""

from accounts.events import PersonDeleted
from core.events import subscribe
from imports.services.files import remove_files_of


@subscribe(PersonDeleted)
def remove_import_files_of_deleted(event: PersonDeleted) -> None:
    remove_files_of(actor=event.actor, person=event.person)
