"""What the log keeps about a person: what they did, without what others see in it."""

from rest_framework import serializers

from accounts.export import contribute
from activity.models import Event
from core.reads import Document


class OwnEvent(Document):
    """Something the person did; `entity_id` is what they did it to."""

    id = serializers.UUIDField()
    workspace_id = serializers.UUIDField(allow_null=True)
    entity = serializers.CharField()
    entity_id = serializers.UUIDField()
    action = serializers.CharField()
    created_at = serializers.DateTimeField()

    class Meta:
        model = Event


contribute("events", OwnEvent, lambda person: Event.objects.filter(actor_id=person.pk))
