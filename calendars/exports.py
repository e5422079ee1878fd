"""What a person's export holds of calendar feeds; their addresses are known to nobody here."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from calendars.models import CalendarFeed
from core.documents.fields import Document, PublicId


class OwnCalendarFeed(Document):
    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace", allow_null=True)
    project_id = serializers.UUIDField(allow_null=True)
    created_at = serializers.DateTimeField()

    class Meta:
        model = CalendarFeed


contribute(
    "calendar_feeds", OwnCalendarFeed, lambda person: CalendarFeed.objects.filter(owner=person)
)
