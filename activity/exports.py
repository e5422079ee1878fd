"""What a person's export holds of the activity log: what they did, without other people."""

from django.db.models import TextField
from django.db.models.functions import Cast
from drf_spectacular.utils import extend_schema_field
from orjson import Fragment
from rest_framework import serializers

from accounts.services.personal_data import contribute
from activity.models import Event, TextChange
from core.documents.columns import Columns, Part
from core.documents.fields import Document
from core.documents.truncation import LongText


class OwnEvent(Document):
    """Something the person did; `entity_id` is the id of the row it changed."""

    id = serializers.UUIDField()
    workspace_id = serializers.UUIDField(allow_null=True)
    entity = serializers.CharField()
    entity_id = serializers.UUIDField()
    action = serializers.CharField()
    origin = serializers.CharField()
    created_at = serializers.DateTimeField()

    class Meta:
        model = Event


@extend_schema_field(
    {
        "type": ["array", "null"],
        "description": "Each is a place in the old text, what was there and what came there.",
        "items": {"type": "array", "items": {"type": ["integer", "string"]}},
    }
)
class Edits(LongText):
    """The edits of `activity.services.differences`, which are JSON; null once erased."""

    def text(self, path: str) -> Cast:
        return Cast(super().text(path), TextField())

    def member(self, columns: Columns, path: str) -> Part:
        return Part((self.place(columns, path),), lambda texts: texts[0] and Fragment(texts[0]))


class OwnTextChange(Document):
    """How the person changed a long text."""

    event_id = serializers.UUIDField()
    field = serializers.CharField()
    edits = Edits(allow_null=True)
    created_at = serializers.DateTimeField()

    class Meta:
        model = TextChange


contribute("events", OwnEvent, lambda person: Event.objects.filter(actor_id=person.pk))
contribute(
    "text_changes",
    OwnTextChange,
    lambda person: TextChange.objects.filter(event__actor_id=person.pk),
)
