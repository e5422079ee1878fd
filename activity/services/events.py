"""Writing the activity log, and erasing texts from it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any
from uuid import UUID

import structlog
from django.db.models import Model, Q, TextField

from accounts.models import User
from accounts.services.references import counted
from activity.events import Logged
from activity.models import Event, TextChange
from activity.services.differences import difference
from activity.services.places import first_role, place_of, projects_of_tasks
from comments.models import Comment
from core.batches import insert_all
from core.events import Changes, publish
from core.events import Event as Happening
from workspaces.models import Workspace

BLANK = {"old": None, "new": None}
PERSONAL = ("name", "email", "avatar_url", "time_zone")
"""Fields of people whose values are not logged: they are erased later, but events cannot be."""

_recorded: ContextVar[list[Event] | None] = ContextVar("recorded", default=None)


@contextmanager
def recorded() -> Iterator[list[Event]]:
    """Yields the list of the events that are recorded meanwhile, without their numbers."""
    events: list[Event] = []
    before = _recorded.set(events)
    try:
        yield events
    finally:
        _recorded.reset(before)


def record(happenings: Sequence[Happening], *, entity: str, action: str) -> None:
    """Insert one row for each event, about its attribute `entity`; a trigger numbers them."""
    events, edited = [], []
    asked_by = request_id()
    projects = projects_of_tasks([getattr(happening, entity) for happening in happenings])
    for happening in happenings:
        subject = getattr(happening, entity)
        told = happening.changes or first_role(subject, action)
        changes = _without_personal_values(subject, told)
        texts = {field: changes[field] for field in long_texts(subject, changes)}
        event = Event(
            workspace_id=_workspace_of(subject),
            **who_acted(happening),
            entity=entity,
            entity_id=subject.pk,
            action=action,
            changes=changes | dict.fromkeys(texts, BLANK),
            version=getattr(subject, "version", None) if changes else None,
            past_values=happening.past_values or None,
            origin=happening.origin,
            request_id=asked_by,
            **place_of(subject, happening, projects),
        )
        events.append(event)
        if workspace_id := event.workspace_id:
            edited += [_edit(event, workspace_id, *text) for text in texts.items()]
    insert_all(events)
    insert_all(edited)
    if (noted := _recorded.get()) is not None:
        noted.extend(events)
    if events:
        publish(Logged(actor=happenings[0].actor, events=events))


def who_acted(happening: Happening) -> dict[str, Any]:
    """The columns of the actor: the person, the credential, the reason of the system."""
    actor = happening.actor
    return {
        "actor_id": actor.person_id,
        "via": actor.credential.kind,
        "token_id": actor.credential.token_id,
        "reason": actor.reason[:100],
    }


def request_id() -> str:
    """The id of the request that is being handled, "" without one."""
    return str(structlog.contextvars.get_contextvars().get("request_id", ""))


def _edit(event: Event, workspace_id: UUID, field: str, change: Any) -> TextChange:
    edits = difference(change["old"] or "", change["new"] or "")
    return TextChange(event=event, workspace_id=workspace_id, field=field, edits=edits)


def erase_texts_by(*, person: User) -> None:
    """Erase the person's changes of texts, and everybody's changes of the person's comments.

    The events stay: they only say that a deleted user changed something.
    """
    comments = Comment.objects.filter(author=person).values("pk")
    theirs = Q(event__actor_id=person.pk) | Q(
        event__entity="comment", event__entity_id__in=comments
    )
    TextChange.objects.filter(theirs, edits__isnull=False).update(edits=None)


def erase_texts_of(*, rows: Sequence[Model], entity: str) -> None:
    """Erase the changes of texts of these purged rows; their events stay."""
    theirs = Q(event__entity=entity, event__entity_id__in=[row.pk for row in rows])
    TextChange.objects.filter(theirs, edits__isnull=False).update(edits=None)


def long_texts(subject: Any, changes: Changes) -> Iterator[str]:
    """The changed TextFields: people may write anything about anybody there."""
    if changes:
        model: Any = type(subject)
        yield from (name for name in _text_fields(model) if name in changes)


@cache
def _text_fields(model: type[Model]) -> tuple[str, ...]:
    return tuple(each.name for each in model._meta.concrete_fields if isinstance(each, TextField))


def _without_personal_values(subject: Any, changes: Changes) -> Changes:
    """The changes without the values of PERSONAL fields, if the row is a person."""
    if not isinstance(subject, User):
        return changes
    return {field: BLANK if field in PERSONAL else change for field, change in changes.items()}


def _workspace_of(row: Any) -> UUID | None:
    """The id of the row's workspace: a workspace's own id, None for a person."""
    if isinstance(row, Workspace):
        return row.pk
    return getattr(row, "workspace_id", None)


@counted
def has_acted(person: User) -> bool:
    """Whether they are the actor of any event that is not about a person's account."""
    return Event.objects.filter(actor_id=person.pk).exclude(entity="person").exists()
