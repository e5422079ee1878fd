"""Writing entries; deferred triggers chain them just before the commit."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from activity.services.events import request_id, who_acted
from audit.models import AuditEntry
from core.actor import Actor
from core.events import Event
from core.queries import insert
from core.rights import is_own
from workspaces.models import Workspace

Details = dict[str, Any]
"""Ids and codes that JSON can express: no names, addresses or texts of people."""


class Audited(NamedTuple):
    """How a class of event is audited: the action, the attribute with the row, the details.

    With `by_others`, only if the row does not belong to who did it.
    """

    action: str
    entity: str
    details: Callable[[Any], Details]
    by_others: bool = False

    def concerns(self, event: Event) -> bool:
        if not self.by_others or event.actor.is_system:
            return True
        return not is_own(getattr(event, self.entity), event.actor)


def record(events: Sequence[Event], audited: Audited) -> None:
    """Insert one entry for each event, in the chain of the row's workspace or of the instance."""
    insert(*(_entry(event, audited) for event in events if audited.concerns(event)))


def record_command(*, action: str, entity_id: str, details: Details, reason: str) -> None:
    """Insert an entry about the audit itself in the chain of the instance."""
    actor = who_acted(Event(actor=Actor.system(reason)))
    insert(AuditEntry(**actor, action=action, entity="audit", entity_id=entity_id, details=details))


def _entry(event: Event, audited: Audited) -> AuditEntry:
    row = getattr(event, audited.entity)
    return AuditEntry(
        workspace_id=row.pk if isinstance(row, Workspace) else getattr(row, "workspace_id", None),
        **who_acted(event),
        action=audited.action,
        entity=audited.entity,
        entity_id="" if row is None else str(row.pk),
        details=audited.details(event),
        request_id=request_id(),
    )
