"""Events and changes of status as shown."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import F, Value
from django.db.models.functions import NullIf
from drf_spectacular.drainage import set_override
from rest_framework import serializers

from accounts.api.documents import Person
from activity.models import Event
from activity.rights import OF_PROJECTS, OF_WORKSPACES
from activity.services.names import Asker, Names, PersonShown, names_in
from activity.services.telling import changes_shown, sentence_of
from activity.services.undo.table import is_undoable
from core.documents.fields import Computed, Document
from core.events import IMPORT
from tasks.models import StatusChange

ENTITIES = sorted({*OF_PROJECTS, *OF_WORKSPACES})
VALUE = {
    "anyOf": [
        {"type": ["string", "integer", "number", "boolean", "null"]},
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "additionalProperties": {"type": ["string", "array"]}},
    ]
}
EDITS = {
    "type": "array",
    "items": {"type": "array", "items": {"type": ["integer", "string"]}},
    "description": "Each is a place in the old text, what was there and what came there.",
}
CHANGES = {
    "description": (
        "What changed, by field: the old and the new value, or the edits of a long text, null if"
        " they are erased. Values of what the reader may not see today are null."
    ),
    "type": "object",
    "additionalProperties": {
        "anyOf": [
            {
                "type": "object",
                "required": ["old", "new"],
                "properties": {"old": VALUE, "new": VALUE},
            },
            {"type": "object", "required": ["edits"], "properties": {"edits": EDITS}},
            {"type": "null"},
        ]
    },
}


class Changes(serializers.Field[Any, Any, Any, Any]):
    """The changes of an event, see `CHANGES`."""

    def __init__(self) -> None:
        super().__init__(read_only=True)
        set_override(self, "field", CHANGES)


class TaskOfEvent(serializers.Serializer[Any]):
    """The task as it may be seen now; without a title if it is deleted, or may not be read."""

    id = serializers.UUIDField()
    key = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)


class EventDocument(Document):
    """Something that happened. `sentence` tells it in plain English: text, not HTML.

    With `committed_at` as `as_of`, tasks and boards are shown as they were right after it.

    `actor` is null for the system, which says its `reason`. `request_id` is shown to those with
    the right `audit:read`. `origin` is `import` for what was imported, else empty. `undoable` if
    there is a way to undo such an event, whoever asks.
    """

    id = serializers.UUIDField()
    seq = serializers.IntegerField()
    entity = serializers.ChoiceField(ENTITIES)
    entity_id = serializers.UUIDField()
    action = serializers.CharField()
    actor = Person(allow_null=True, source="actor_id")
    reason = serializers.CharField(allow_null=True)
    via = serializers.CharField()
    origin = serializers.ChoiceField([(IMPORT, IMPORT)], allow_blank=True)
    created_at = serializers.DateTimeField()
    committed_at = serializers.DateTimeField()
    request_id = serializers.CharField(allow_null=True)
    project_id = serializers.UUIDField(allow_null=True)
    task = TaskOfEvent(allow_null=True, source="task_id")
    changes = Changes()
    sentence = serializers.CharField(source="entity")
    undoable = serializers.BooleanField(source="entity")

    class Meta:
        model = Event


class StatusChangeDocument(Document):
    """A change of a task's column, by the columns' keys; `from_status` is null when it was made."""

    id = serializers.UUIDField()
    from_status = Computed(
        lambda path: NullIf(F(f"{path}source"), Value("")), allow_null=True, source="source"
    )
    to_status = serializers.CharField(source="target")
    actor = Person(allow_null=True)
    created_at = serializers.DateTimeField()

    class Meta:
        model = StatusChange


def as_shown(events: Sequence[Event], asker: Asker) -> list[dict[str, Any]]:
    """The documents of these events of one workspace."""
    names = names_in(events, asker, with_texts=True)
    people = {pk: person_shown(each, asker) for pk, each in names.people.items()}
    reads_audit = asker.reads_audit
    return [_event(event, names, people, reads_audit=reads_audit) for event in events]


def _event(
    event: Event, names: Names, people: dict[UUID, dict[str, Any]], *, reads_audit: bool
) -> dict[str, Any]:
    reads_project = event.project_id in names.projects
    shown = changes_shown(event, names)
    return {
        "id": str(event.pk),
        "seq": event.seq,
        "entity": event.entity,
        "entity_id": str(event.entity_id),
        "action": event.action,
        "actor": people.get(event.actor_id) if event.actor_id else None,
        "reason": event.reason or None,
        "via": event.via,
        "origin": event.origin,
        "created_at": event.created_at.isoformat(),
        "committed_at": event.committed_at and event.committed_at.isoformat(),
        "request_id": event.request_id if reads_audit else None,
        "project_id": str(event.project_id) if reads_project else None,
        "task": _task(event, names),
        "changes": shown,
        "sentence": sentence_of(event, names, shown),
        "undoable": is_undoable(event),
    }


def _task(event: Event, names: Names) -> dict[str, Any] | None:
    if event.task_id is None:
        return None
    known = names.tasks.get(event.task_id)
    key, title = known or (None, None)
    return {"id": str(event.task_id), "key": key, "title": title}


def person_shown(person: PersonShown, asker: Asker) -> dict[str, Any]:
    """As `Person` shows it."""
    return {
        "id": person.public_id,
        "name": person.name,
        "email": person.email if asker.reads_address(person) else None,
        "avatar_url": person.avatar_url,
        "image": person.avatar_url,
    }
