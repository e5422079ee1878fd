"""Writing the log."""

from typing import Any
from uuid import UUID

import structlog

from activity.models import Event
from core.events import Event as Happening
from workspaces.models import Workspace


def record(happening: Happening, *, entity: str, action: str, subject: Any) -> None:
    """One row for what happened to `subject`; its number follows at the commit."""
    Event.objects.create(
        workspace_id=_workspace_of(subject),
        actor_id=happening.actor.pk if happening.actor else None,
        entity=entity,
        entity_id=subject.pk,
        action=action,
        changes=happening.changes,
        request_id=structlog.contextvars.get_contextvars().get("request_id", ""),
    )


def _workspace_of(row: Any) -> UUID | None:
    """Where the row lives: a workspace in itself, a person nowhere."""
    if isinstance(row, Workspace):
        return row.pk
    return getattr(row, "workspace_id", None)
