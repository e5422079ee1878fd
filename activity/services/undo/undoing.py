"""Undoing an event: a new event puts back what it changed, unless newer ones stand on it."""

from django.db import transaction

from activity.models import Event
from activity.services.events import recorded
from activity.services.undo.changes import Undo
from activity.services.undo.table import way_of
from core.actor import Actor
from core.errors import NotFound
from tasks.services.relations import AlreadyRelated


@transaction.atomic
def undo_event(*, actor: Actor, event: Event) -> list[Event]:
    """Put back what the event changed, and return the new events of its row, not numbered yet.

    NotUndoable if that is not possible of such events, Superseded if something newer changed the
    same, FormerValueGone, TextErased, and what the service refuses.
    """
    way, names = way_of(event)
    undo = Undo(actor, event, names)
    with recorded() as events:
        try:
            way(undo)
        except (NotFound, AlreadyRelated) as refusal:
            raise undo.superseded_or_gone() from refusal
    made = [each for each in events if each.entity_id == event.entity_id]
    if not made:  # the services found everything as it was before the event
        raise undo.superseded()
    return made
