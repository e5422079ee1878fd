"""Entries of the audit as shown."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from audit.models import AuditEntry
from core.documents.fields import Document


@extend_schema_field(
    {
        "type": "object",
        "description": "Ids and codes; which ones, depends on the action. See docs/audit.md.",
        "additionalProperties": True,
    }
)
class Details(serializers.JSONField):
    """The details, as JSON."""


class AuditEntryDocument(Document):
    """Something significant that was done; ids are Gantry's own, because they are hashed."""

    id = serializers.UUIDField()
    number = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    actor_id = serializers.UUIDField(allow_null=True)
    via = serializers.CharField()
    token_id = serializers.UUIDField(allow_null=True)
    reason = serializers.CharField()
    action = serializers.CharField()
    entity = serializers.CharField()
    entity_id = serializers.CharField()
    details = Details()
    request_id = serializers.CharField()
    previous = serializers.CharField()
    hash = serializers.CharField()

    class Meta:
        model = AuditEntry
