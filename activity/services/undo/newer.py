"""What stands on an event: the newer ones that changed the same."""

from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Q

from activity.models import Event, EventQuerySet
from activity.services.names import Asker, names_in
from activity.services.telling import changes_shown
from core.actor import Actor
from tasks.models import RelatedAs

MOST_SHOWN = 20
"""How many newer events a refusal tells, the newest ones."""
ELEMENTS = ("watcher", "reaction", *(kind.value.lower() for kind in RelatedAs))
"""Fields whose values come and go beside others: those of other values are no matter."""
STATES = ("deleted", "restored", "purged", "archived", "unarchived", "transferred")
"""Actions that change whether, and where, a row is there."""


def newer_than(event: Event) -> EventQuerySet:
    """The newer events of the same row, the newest first."""
    about = {"entity": event.entity, "entity_id": event.entity_id}
    rows = Event.objects.filter(**about, workspace_id=event.workspace_id, seq__gt=event.seq)
    return rows.order_by("-seq")


def changing_again(event: Event, names: Collection[str], actor: Actor) -> list[Event]:
    """The newest of them that changed these fields too, as far as the person may read them.

    Those that changed the state of the row if no fields are given, or none of them has changed.
    """
    rows = newer_than(event).visible_to(actor)
    found = list(rows.filter(_changing(event, names))[:MOST_SHOWN]) if names else []
    return found or list(rows.filter(action__in=STATES)[:MOST_SHOWN])


def _changing(event: Event, names: Collection[str]) -> Q:
    changing = Q(changes__has_any_keys=[name for name in names if name not in ELEMENTS])
    for name in ELEMENTS:
        if name in names:
            [value] = [each for each in event.changes[name].values() if each is not None]
            same = Q(changes__contains={name: {"old": value}})
            same |= Q(changes__contains={name: {"new": value}})
            changing |= same & Q(actor_id=event.actor_id) if name == "reaction" else same
    return changing


def shown(events: Sequence[Event], actor: Actor) -> list[dict[str, Any]]:
    """For a refusal: each with its id, number, action, actor, and the fields it changed."""
    names = names_in(events, Asker(actor))
    return [
        {
            "id": str(event.pk),
            "seq": event.seq,
            "actor": {"id": person.public_id, "name": person.name} if person else None,
            "action": event.action,
            "fields": sorted(changes_shown(event, names)),
        }
        for event in events
        for person in [names.people.get(event.actor_id) if event.actor_id else None]
    ]
