"""Writing the log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import structlog

from accounts.clerk.written import counted
from accounts.models import User
from activity.models import Event
from core.events import Changes
from core.events import Event as Happening
from workspaces.models import Workspace

PERSONAL = ("name", "email", "avatar_url", "time_zone")
"""What is blanked when a person is deleted; a log that is never rewritten must not keep it."""


def record(happenings: Sequence[Happening], *, entity: str, action: str) -> None:
    """One row for each event, about its `entity`; their numbers follow at the commit."""
    request_id = structlog.contextvars.get_contextvars().get("request_id", "")
    Event.objects.bulk_create(
        _row(happening, getattr(happening, entity), entity, action, request_id)
        for happening in happenings
    )


def _row(happening: Happening, subject: Any, entity: str, action: str, request_id: str) -> Event:
    return Event(
        workspace_id=_workspace_of(subject),
        actor_id=happening.actor.pk if happening.actor else None,
        entity=entity,
        entity_id=subject.pk,
        action=action,
        changes=_without_words_about_people(subject, happening.changes),
        request_id=request_id,
    )


def _without_words_about_people(subject: Any, changes: Changes) -> Changes:
    """That a name changed is history, the name itself is not."""
    if not isinstance(subject, User):
        return changes
    return {
        field: {"old": None, "new": None} if field in PERSONAL else change
        for field, change in changes.items()
    }


def _workspace_of(row: Any) -> UUID | None:
    """Where the row lives: a workspace in itself, a person nowhere."""
    if isinstance(row, Workspace):
        return row.pk
    return getattr(row, "workspace_id", None)


@counted
def has_acted(person: User) -> bool:
    """Whether the log names them as the actor of anything but their own account."""
    return Event.objects.filter(actor_id=person.pk).exclude(entity="person").exists()
