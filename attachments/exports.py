"""What a person's export holds of attachments: what they uploaded, deleted ones included."""

from rest_framework import serializers

from accounts.services.personal_data import contribute
from attachments.models import Attachment
from core.documents.fields import Document, PublicId


class OwnAttachment(Document):
    id = serializers.UUIDField()
    workspace_id = PublicId(source="workspace")
    task_id = serializers.UUIDField()
    comment_id = serializers.UUIDField(allow_null=True)
    file_name = serializers.CharField()
    size = serializers.IntegerField()
    content_type = serializers.CharField()
    claimed_type = serializers.CharField()
    sha256 = serializers.CharField()
    state = serializers.CharField()
    created_at = serializers.DateTimeField()
    deleted_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Attachment


contribute(
    "attachments", OwnAttachment, lambda person: Attachment.objects.filter(uploaded_by=person)
)
